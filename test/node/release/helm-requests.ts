/** Helm's requests to the API server, as reported with `-v 6`. */

/** The flag that makes Helm report them, on its standard error. */
export const tellsRequests = '-v=6';

/**
 * The distinct requests about objects of a namespace, regardless of how often Helm repeated them while waiting, and
 * without what differs from run to run.
 */
export function requestsIn(told: string): readonly string[] {
  const requests = [...told.matchAll(/"Response" verb="(\w+)" url="[^"/]*\/\/[^"/]+([^"]*)"/g)]
    .map(([, verb, resource = '']) => `${verb} ${withoutChance(resource)}`)
    .filter((request) => request.includes('/namespaces/'));
  return [...new Set(requests)].sort();
}

function withoutChance(resource: string): string {
  const { pathname, searchParams } = new URL(resource, 'https://kubernetes');
  for (const name of ['resourceVersion', 'timeoutSeconds']) searchParams.delete(name);
  const query = decodeURIComponent(searchParams.toString()).replace(/(pod-template-hash)=\w+/g, '$1');
  return query === '' ? pathname : `${pathname}?${query}`;
}
