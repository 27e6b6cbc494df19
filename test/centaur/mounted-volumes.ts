import { isList, isMap, type Value, type ValueMap } from '../../src/text/json.js';

/** Values with a volume for each mount that does not name one of theirs: a pod mounts only its own volumes. */
export function withMountedVolumes(values: Value): Value {
  if (!isMap(values)) return values;
  const members = Object.entries(values).map(([key, value]) => [key, withMountedVolumes(value)] as const);
  const { extraVolumes, extraVolumeMounts } = values;
  const names = namesIn(extraVolumes);
  const missing = namesIn(extraVolumeMounts).filter((name) => !names.includes(name));
  const added: ValueMap =
    missing.length === 0
      ? {}
      : {
          extraVolumes: [
            ...(isList(extraVolumes) ? extraVolumes : []),
            ...missing.map((name) => ({ name, emptyDir: {} })),
          ],
        };
  return { ...Object.fromEntries(members), ...added };
}

function namesIn(list: Value | undefined): readonly string[] {
  const names = isList(list) ? list.map((member) => (isMap(member) ? member.name : undefined)) : [];
  return [...new Set(names.filter((name) => typeof name === 'string'))];
}
