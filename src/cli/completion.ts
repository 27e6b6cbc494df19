/** Completion of the command's own words in shells, from the definitions of its verbs. */
import type { Command } from 'commander';

interface Candidate {
  readonly word: string;
  readonly description: string;
}

/**
 * What the last of these words, without the command's own name, can be completed to. None if any file can stand there.
 */
export function candidates(program: Command, words: readonly string[]): readonly Candidate[] {
  const { before, current } = split(words);
  return possible(program, before, current).filter(({ word }) => word.startsWith(current));
}

/** Bash makes a word of the sign in `--output=json`. */
function split(words: readonly string[]): { before: readonly string[]; current: string } {
  const [, option, value] = /^(--[\w-]+)=(.*)$/s.exec(words.at(-1) ?? '') ?? [];
  if (option !== undefined && value !== undefined)
    return { before: [...words.slice(0, -1), option], current: value };
  const current = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  if (current === '=') return { before, current: '' };
  return { before: before.at(-1) === '=' ? before.slice(0, -1) : before, current };
}

function possible(program: Command, before: readonly string[], current: string): readonly Candidate[] {
  const help = program.createHelp();
  const commands = help
    .visibleCommands(program)
    .map((command) => ({ word: command.name(), description: help.subcommandDescription(command) }));
  const [name] = before;
  const verb = program.commands.find((command) => command.name() === name);
  const options = help.visibleOptions(verb ?? program);
  const last = before.at(-1);
  const previous = options.find(({ short, long }) => last !== undefined && [short, long].includes(last));
  if (previous?.required || previous?.optional) return choices(previous.argChoices);
  if (before.includes('--')) return [];
  if (current.startsWith('-')) {
    return options.map((option) => ({
      word: option.long ?? option.flags,
      description: firstLine(option.description),
    }));
  }
  if (name === undefined) return commands;
  if (name === 'help') return commands;
  return choices(verb?.registeredArguments[0]?.argChoices);
}

function choices(words: readonly string[] | undefined): readonly Candidate[] {
  return (words ?? []).map((word) => ({ word, description: '' }));
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}

/** One candidate a line, with its description behind a tab. */
export function candidateLines(found: readonly Candidate[]): string {
  return found
    .map(({ word, description }) => `${word}${description === '' ? '' : `\t${description}`}\n`)
    .join('');
}

/** By shell: the line that turns completion on, the startup file that it belongs into, and the script. */
export const shells: {
  readonly [shell: string]: { readonly install: string; readonly startup: string; readonly script: string };
} = {
  bash: {
    install: 'source <(centaur-chart completion bash)',
    startup: '~/.bashrc',
    script: `\
_centaur_chart() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    COMPREPLY+=("\${line%%$'\\t'*}")
  done < <(centaur-chart complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _centaur_chart centaur-chart
`,
  },
  zsh: {
    install: 'source <(centaur-chart completion zsh)',
    startup: '~/.zshrc, after compinit',
    script: `\
#compdef centaur-chart
_centaur_chart() {
  local line
  local -a lines found
  lines=("\${(@f)$(centaur-chart complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -z "\${lines[1]}" ]]; then
    _files
    return
  fi
  for line in "\${lines[@]}"; do
    found+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  _describe 'centaur-chart' found
}
compdef _centaur_chart centaur-chart
`,
  },
  fish: {
    install: 'centaur-chart completion fish | source',
    startup: '~/.config/fish/config.fish',
    script: `\
function __centaur_chart_candidates
    set -l words (commandline -opc) (commandline -ct)
    centaur-chart complete -- $words[2..] 2>/dev/null
end
complete -c centaur-chart -f -n 'test (count (__centaur_chart_candidates)) -gt 0' -a '(__centaur_chart_candidates)'
`,
  },
};
