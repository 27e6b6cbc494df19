import { type ChildProcess, type SpawnOptions, spawn } from '../system/processes.js';

/** A program that a test started, with everything that it printed. */
export interface Program {
  readonly pid: number;
  /** Standard output and error so far, in the order they came. */
  output(): string;
  /**
   * The first line with this text, as soon as it is printed; rejects with the output if the program ends without it.
   */
  line(text: string | RegExp): Promise<string>;
  /** Exit status, once it has ended; null after a signal. */
  readonly ended: Promise<number | null>;
  /** Writes a line to standard input. */
  tell(line: string): void;
  stop(): Promise<void>;
}

/** Starts a program; its standard input stays open until it is stopped. */
export function start(command: string, args: readonly string[], options: SpawnOptions = {}): Program {
  const child: ChildProcess = spawn(command, args, { ...options, stdio: ['pipe', 'pipe', 'pipe'] });
  const waiting = new Set<() => void>();
  let printed = '';
  const take = (text: string) => {
    printed += text;
    for (const look of waiting) look();
  };
  child.stdout?.setEncoding('utf8').on('data', take);
  child.stderr?.setEncoding('utf8').on('data', take);
  child.stdin?.on('error', () => undefined);
  const ended = new Promise<number | null>((resolve) => {
    child.on('error', (error) => {
      take(`${command}: ${error.message}\n`);
      resolve(127);
    });
    child.on('close', resolve);
  });
  const name = [command, ...args].join(' ').slice(0, 200);
  return {
    pid: child.pid ?? 0,
    ended,
    output: () => printed,
    line: (wanted) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const whole = printed.slice(0, printed.lastIndexOf('\n') + 1).split('\n');
          const found = whole.find((line) =>
            typeof wanted === 'string' ? line.includes(wanted) : wanted.test(line),
          );
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
        void ended.then((status) => {
          look();
          reject(new Error(`${name} ended with ${status} and never printed ${wanted}:\n${printed}`));
        });
      }),
    tell: (line) => void child.stdin?.write(`${line}\n`),
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
