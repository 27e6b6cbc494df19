/** The file with which a Connect server signs in to 1Password. */

/**
 * What is wrong with a file that should be the `1password-credentials.json` of a Connect server; undefined if nothing
 * is. Connect itself starts with a wrong one, and fails at each request. The message contains nothing of the file.
 */
export function connectCredentialsProblem(content: string): string | undefined {
  if (content.trim() === '') return 'is empty';
  if (isCredentials(content)) return undefined;
  if (isCredentials(Buffer.from(content, 'base64').toString())) {
    return 'is base64 of the JSON file, and not the file itself: use it as it was downloaded';
  }
  const json = parsed(content);
  if (json !== undefined)
    return `is not the JSON file that 1Password gives for a Connect server: ${asDownloaded}`;
  if (content.trimStart().startsWith('{'))
    return `is not complete: the JSON in it ends too early or is damaged: ${asDownloaded}`;
  return `is not JSON: ${asDownloaded}`;
}

const asDownloaded =
  'download 1password-credentials.json again, or take it from the item that 1Password saved for the server';

/** Version 2 is what Connect asks for. */
function isCredentials(content: string): boolean {
  const json = parsed(content);
  return typeof json === 'object' && json !== null && 'version' in json && json.version === '2';
}

function parsed(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}
