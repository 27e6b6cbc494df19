/** The commands of the notes that Helm prints after an installation; each begins its line after two spaces. */
export function notedCommands(printed: string): readonly string[] {
  const [, notes = ''] = printed.split('\nNOTES:\n');
  const indented = notes.match(/^ {2}(?:kubectl|helm) (?:.*\\\n)*.*$/gm) ?? [];
  return indented.map((command) => command.replace(/^ {2}/gm, ''));
}
