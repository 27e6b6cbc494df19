/** Red Hat's YAML language server, which the YAML extensions of editors run, driven over stdio as an editor does. */
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  createMessageConnection,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node.js';
import { spawn } from '../system/processes.js';
import { projectRoot } from '../system/project.js';

const projectPath = (file: string) => path.join(projectRoot, file);

/** What the server marks: the line, from 1, and the message. */
export interface Mark {
  readonly line: number;
  readonly message: string;
}

export interface Completion {
  readonly label: string;
  /** What is inserted. */
  readonly text: string;
}

export interface LanguageServer {
  /** Opens a file with a text, which need not be the one on disk, and resolves to what is marked in it. */
  marks(file: string, text: string): Promise<readonly Mark[]>;
  /** What is offered at the end of a text. */
  completions(file: string, text: string): Promise<readonly Completion[]>;
  /** What is shown about the word at the start of the last line, without its indentation. */
  hover(file: string, text: string): Promise<string>;
  stop(): Promise<void>;
}

interface Range {
  readonly start: { readonly line: number };
}

export async function startLanguageServer(): Promise<LanguageServer> {
  const program = createRequire(import.meta.url).resolve('yaml-language-server/bin/yaml-language-server');
  const child = spawn(process.execPath, [program, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const { stdin, stdout } = child;
  if (!stdin || !stdout) throw new Error('the language server has no pipes');
  const connection = createMessageConnection(new StreamMessageReader(stdout), new StreamMessageWriter(stdin));
  const yaml = {
    validate: true,
    hover: true,
    completion: true,
    schemaStore: { enable: false },
    // Helm reads YAML 1.1, where yes and no are booleans.
    yamlVersion: '1.1',
  };
  connection.onRequest('workspace/configuration', ({ items }: { readonly items: readonly unknown[] }) =>
    items.map((_, index) => (index === 0 ? yaml : {})),
  );
  connection.onRequest('client/registerCapability', () => null);
  connection.onNotification(() => {});
  connection.listen();
  await connection.sendRequest('initialize', {
    processId: process.pid,
    rootUri: pathToFileURL(projectPath('.')).href,
    capabilities: { workspace: { configuration: true } },
  });
  await connection.sendNotification('initialized', {});
  return serverOf(connection, async () => {
    await connection.sendRequest('shutdown');
    await connection.sendNotification('exit');
    connection.dispose();
  });
}

function serverOf(connection: MessageConnection, stop: () => Promise<void>): LanguageServer {
  let version = 0;
  async function opened<T>(file: string, text: string, ask: (uri: string) => Promise<T>): Promise<T> {
    version += 1;
    // The server also tells of a document that is closed, so that each has a name of its own.
    const uri = pathToFileURL(projectPath(file.replace(/(?=[.]yaml$)/, `-${version}`))).href;
    const textDocument = { uri, languageId: 'yaml', version, text };
    const answer = ask(uri);
    await connection.sendNotification('textDocument/didOpen', { textDocument });
    try {
      return await answer;
    } finally {
      await connection.sendNotification('textDocument/didClose', { textDocument: { uri } });
    }
  }
  const asked = <T>(method: string, file: string, text: string, character?: number) =>
    opened(file, text, async (uri) => {
      const lines = text.split('\n');
      const last = lines.at(-1) ?? '';
      const position = { line: lines.length - 1, character: character ?? last.length };
      // The request follows the notification that opens the document.
      await new Promise(setImmediate);
      return connection.sendRequest<T>(method, { textDocument: { uri }, position });
    });
  return {
    marks: (file, text) =>
      opened(file, text, async (uri) => {
        const marked = await new Promise<readonly { range: Range; message: string }[]>((resolve) => {
          const listening = connection.onNotification('textDocument/publishDiagnostics', (told) => {
            if (told.uri !== uri) return;
            listening.dispose();
            resolve(told.diagnostics);
          });
        });
        return marked.map(({ range, message }) => ({ line: range.start.line + 1, message }));
      }),
    async completions(file, text) {
      const answer = await asked<{ items: readonly { label: string; insertText?: string }[] }>(
        'textDocument/completion',
        file,
        text,
      );
      return answer.items.map(({ label, insertText = label }) => ({ label, text: insertText }));
    },
    async hover(file, text) {
      const indent = (text.split('\n').at(-1) ?? '').search(/\S/);
      const answer = await asked<{ contents: { value: string } } | null>(
        'textDocument/hover',
        file,
        text,
        indent + 1,
      );
      return answer?.contents.value ?? '';
    },
    stop,
  };
}
