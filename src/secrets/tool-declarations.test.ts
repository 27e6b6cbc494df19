import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { declaredBy, faults, problems as rulesBrokenBy } from '../../test/secrets/declaring-chart.js';
import {
  type DeclaredTool,
  readTools,
  ruleProblems,
  type ToolFile,
  toolsOf,
  toolsText,
  valuesOf,
} from './tool-declarations.js';

function tool(name: string, ...lines: readonly string[]): ToolFile {
  return { file: `tools/${name}/pyproject.toml`, text: ['[tool.centaur]', ...lines].join('\n') };
}

function read(...files: readonly ToolFile[]): readonly DeclaredTool[] {
  const tree = readTools(files);
  if (tree.problems.length > 0) throw new Error(JSON.stringify(tree.problems));
  return tree.tools;
}

const warehouse = tool(
  'warehouse',
  'secrets = [{type = "http", name = "WAREHOUSE_API_KEY", match_headers = ["Authorization"], hosts = ["warehouse.internal.example.com"]}]',
);
const search = tool('search', 'hosts = ["search.example.com"]', 'secrets = ["SEARCH_KEY"]');

describe('a values file from a tree of tools', () => {
  test('has an entry for each tool, with a comment that names its file', () => {
    expect(toolsText(read(warehouse, search))).toBe(
      `# What the tools declare in their pyproject.toml, under [tool.centaur]: written by \`centaur-chart tools\`.
# To change a declaration, edit it there and generate this file again.
tools:
  # tools/search/pyproject.toml
  search:
    hosts: [search.example.com]
    secrets:
      - SEARCH_KEY
  # tools/warehouse/pyproject.toml
  warehouse:
    secrets:
      - type: http
        name: WAREHOUSE_API_KEY
        match_headers: [Authorization]
        hosts: [warehouse.internal.example.com]
`,
    );
  });

  test('does not depend on the order in which the files are found', () => {
    const files = ['b', 'a', 'B', 'c-1', 'c_1', '1'].map((name) =>
      tool(name, `secrets = ["${name.toUpperCase()}_KEY"]`.replace('"1', '"_1')),
    );
    expect(toolsText(read(...files))).toBe(toolsText(read(...[...files].reverse())));
    expect(read(...files).map(({ name }) => name)).toEqual(['1', 'B', 'a', 'b', 'c-1', 'c_1']);
  });

  test('sorts the tools of several folders together', () => {
    const [zebra, ant] = [tool('zebra', 'secrets = ["Z_KEY"]'), tool('ant', 'secrets = ["A_KEY"]')];
    const overlay = { ...zebra, file: 'overlay/zebra/pyproject.toml' };
    expect(read(overlay, ant).map(({ name }) => name)).toEqual(['ant', 'zebra']);
  });

  test('is accepted by the chart', () => {
    const { tools } = parse(toolsText(read(warehouse, search)));
    expect(tools).toEqual(toolsOf(read(warehouse, search)));
    expect(faults({ tools })).toEqual([]);
    expect(declaredBy({ tools }).credentialKeys).toContain('WAREHOUSE_API_KEY');
  });

  test('keeps every string unchanged', () => {
    const secrets = [
      '{type = "http", name = "yes", match_headers = ["/^X-.*$/"], hosts = ["10.0.0.1", "*.example.com", "fd00::/8"]}',
      '{type = "http", name = "B", mode = "inject", inject_header = "X", inject_formatter = "Basic {{ base64 \\"a: #\\" .Value }}", hosts = ["on"]}',
      '{type = "http", name = "null", replacer = "[{,}]", secret_ref = "1e3", match_query = true, match_path = false, hosts = ["a"]}',
    ];
    const tools = read(
      tool('on', `secrets = [${secrets.join(', ')}]`),
      tool('2'.repeat(3), 'secrets = []'),
      tool('~x'.slice(1), 'hosts = ["a"]'),
    );
    expect(parse(toolsText(tools)).tools).toEqual(toolsOf(tools));
    expect(parse(toolsText(tools), { version: '1.1' }).tools).toEqual(toolsOf(tools));
    expect(faults({ tools: toolsOf(tools) })).toEqual([]);
  });

  test('without a tool is an empty map', () => {
    expect(read({ file: 'x/pyproject.toml', text: '[project]' })).toEqual([]);
    expect(parse(toolsText([]))).toEqual({ tools: {} });
  });

  test('a path cannot end a comment', () => {
    const [hostile] = read(warehouse).map((tool) => ({
      ...tool,
      file: 'a\n  b: c\u2028d\u0085e/pyproject.toml',
    }));
    expect(parse(toolsText(hostile ? [hostile] : [])).tools).toEqual(toolsOf(read(warehouse)));
  });

  test('names every one of 3,000 declarations', () => {
    const files = Array.from({ length: 1500 }, (_, index) =>
      tool(
        `t${index}`,
        `secrets = [{type = "http", name = "A_${index}", match_headers = ["X"], hosts = ["a${index}.example.com"]}, "B_${index}"]`,
      ),
    );
    const text = toolsText(read(...files));
    expect(text.match(/^ {6}- /gm)).toHaveLength(3000);
  });
});

describe("a rule's message about declarations", () => {
  const http = (name: string, more: string) =>
    `{type = "http", name = "${name}", hosts = ["a.example.com"], ${more}}`;

  function broken(...files: readonly ToolFile[]) {
    const tools = read(...files);
    return ruleProblems(rulesBrokenBy(valuesOf(tools)), tools);
  }

  test('names the file, the table and the key, and the file and key of other declarations', () => {
    const ant = tool('ant', `secrets = [${http('KEY', 'match_path = true')}]`);
    const bee = tool(
      'bee',
      `secrets = ["OTHER", ${http('KEY', 'match_query = true, secret_ref = "ELSE"')}]`,
      'hosts = ["b.example.com"]',
    );
    expect(broken(ant, bee)).toEqual([
      {
        file: 'tools/bee/pyproject.toml',
        line: 2,
        column: 21,
        path: 'tool.centaur.secrets[1]',
        message: expect.stringMatching(
          /^KEY has more than one reference for a\.example\.com, by secrets\[0\] of tools\/ant\/pyproject\.toml:2:12, secrets\[1\] of tools\/bee\/pyproject\.toml:2:21: /,
        ),
        hint: 'The declarations differ in match_path (tools/bee/pyproject.toml:2:21, tools/ant/pyproject.toml:2:69), match_query (tools/bee/pyproject.toml:2:78, tools/ant/pyproject.toml:2:12), secret_ref (tools/bee/pyproject.toml:2:98, tools/ant/pyproject.toml:2:12).',
      },
    ]);
  });

  test('names an optional secret too', () => {
    const ant = tool('ant', `hosts = []\noptional_secrets = ["KEY"]`);
    expect(broken(ant)).toMatchObject([
      {
        file: 'tools/ant/pyproject.toml',
        path: 'tool.centaur.optional_secrets[0]',
        message: expect.stringMatching(/^KEY has no hosts: /),
      },
    ]);
    const lines = ['    hosts: []', '    optional_secrets:', '      - KEY'];
    expect(toolsText(read(ant))).toContain(lines.join('\n'));
  });

  test('names a file on one line', () => {
    const [one, other] = ['a', 'b'].map((name) => ({
      file: `to\nols/${name}/pyproject.toml`,
      text: `[tool.centaur]\nsecrets = [${http('KEY', `match_headers = ["X"], secret_ref = "${name}"`)}]`,
    }));
    expect(one && other && broken(one, other)).toMatchObject([
      {
        file: 'to\nols/b/pyproject.toml',
        message: expect.stringContaining('secrets[0] of to?ols/a/pyproject.toml'),
      },
    ]);
  });

  test('says in which keys the declarations differ, whatever their form, and repeats no value', () => {
    const misplaced = 'sk-misplaced-credential';
    const [problem] = broken(
      tool('ant', 'secrets = ["KEY"]', 'hosts = ["a.example.com"]'),
      tool('bee', `secrets = [${http('KEY', `match_headers = ["X-Key"], secret_ref = "${misplaced}"`)}]`),
    );
    expect(problem).toMatchObject({
      hint: 'The declarations differ in match_headers (tools/bee/pyproject.toml:2:69, tools/ant/pyproject.toml:2:12), secret_ref (tools/bee/pyproject.toml:2:96, tools/ant/pyproject.toml:2:12).',
    });
    expect(JSON.stringify(problem)).not.toContain(misplaced);
  });

  test('says where the other secrets are declared that it names', () => {
    const inject = (name: string) => http(name, 'mode = "inject", inject_header = "X-Key"');
    expect(
      broken(tool('ant', `secrets = [${inject('ONE')}]`), tool('bee', `secrets = [${inject('TWO')}]`)),
    ).toEqual([
      expect.objectContaining({
        file: 'tools/bee/pyproject.toml',
        line: 2,
        column: 12,
        message: expect.stringContaining('is set by ONE, TWO'),
        hint: 'ONE is declared in tools/ant/pyproject.toml:2:12.',
      }),
    ]);
  });

  test('says where else the secret is declared that it is about', () => {
    const inject = (name: string) => http(name, 'mode = "inject", inject_header = "X-Key"');
    const uses = [http('KEY', 'match_path = true'), http('KEY', 'match_query = true'), inject('ONE')];
    const tools = ['bee', 'cow', 'dog'].map((name) => tool(name, `secrets = [${uses.join(', ')}]`));
    expect(broken(tool('ant', `secrets = [${inject('ANT')}]`), ...tools)).toMatchObject([
      {
        file: 'tools/dog/pyproject.toml',
        message: expect.stringContaining('is set by ANT, ONE'),
        hint:
          'ANT is declared in tools/ant/pyproject.toml:2:12.\n' +
          'ONE is also declared in tools/bee/pyproject.toml:2:167, tools/cow/pyproject.toml:2:167.',
      },
    ]);
    const host = tool('eel', `secrets = [${http('KEY', 'match_headers = ["Host"]')}]`);
    expect(broken(...tools, host)).toMatchObject([
      {
        file: 'tools/eel/pyproject.toml',
        message: expect.stringMatching(/^KEY would be put into Host/),
        hint: expect.stringMatching(/^KEY is also declared in (\S+, ){4}\S+ and 1 more\.$/),
      },
    ]);
  });

  test('comes with the problems of the same file, for the secrets that are sound', () => {
    const files = [
      tool('ant', `secrets = ["a b", ${http('KEY', 'match_path = false')}]`),
      tool('bee', 'secrets = ["OLD", {type = "gcp_auth", name = "GCP"}]', 'hosts = ["https://x"]'),
    ];
    const { tools, problems } = readTools(files);
    expect(problems.map(({ file, path }) => `${file} ${path}`)).toEqual([
      'tools/ant/pyproject.toml tool.centaur.secrets[0]',
      'tools/bee/pyproject.toml tool.centaur.hosts[0]',
    ]);
    expect(ruleProblems(rulesBrokenBy(valuesOf(tools)), tools)).toMatchObject([
      {
        file: 'tools/ant/pyproject.toml',
        path: 'tool.centaur.secrets[1]',
        message: expect.stringMatching(/^KEY has no place/),
      },
    ]);
  });

  test('is unchanged if it concerns all of them together', () => {
    expect(ruleProblems(['tools: too many'], read(warehouse))).toEqual(['tools: too many']);
  });

  test("ignores a harness's credential, which a release may omit", () => {
    expect(broken(tool('ant', `secrets = [${http('OPENAI_API_KEY', 'match_path = true')}]`))).toEqual([]);
    expect(broken(tool('ant', `secrets = [${http('ANTHROPIC_API_KEY', 'match_path = true')}]`))).toEqual([]);
  });
});

describe('is refused', () => {
  function problems(...files: readonly ToolFile[]) {
    const tree = readTools(files);
    return tree.problems.map(({ file, message }) => `${file}: ${message}`);
  }

  test('with all problems of all files, in the order of the files', () => {
    expect(problems(tool('b', 'secrets = [1]'), tool('a', 'hosts = 1'), warehouse)).toEqual([
      expect.stringMatching(/^tools\/a\/pyproject\.toml: must be a list/),
      expect.stringMatching(/^tools\/b\/pyproject\.toml: must be a string or a map/),
    ]);
  });

  test('if two tools have the same name', () => {
    const other = { ...warehouse, file: 'overlay/warehouse/pyproject.toml' };
    const message = [
      'tools/warehouse/pyproject.toml: a second tool is called warehouse: the first is overlay/warehouse/pyproject.toml',
    ];
    expect(problems(warehouse, other)).toEqual(message);
    expect(problems(other, warehouse)).toEqual(message);
  });

  describe('below another tool', () => {
    const below = (file: string, folder?: string): ToolFile => ({
      ...warehouse,
      file,
      ...(folder !== undefined && { folder }),
    });
    const refused = (file: string, outer: string) => [
      `${file}: stands below another tool: ${outer} has this table too`,
    ];

    test.each([
      ['next to it', 'tools/search/vendor/pyproject.toml'],
      ['at any depth', 'tools/search/a/b/c/pyproject.toml'],
      ['by the same name', 'tools/search/src/search/pyproject.toml'],
      ['by a name that no tool may have', 'tools/search/my vendor/pyproject.toml'],
    ])('%s', (_, file) => {
      expect(problems(search, below(file))).toEqual(refused(file, search.file));
      expect(problems(below(file), search)).toEqual(refused(file, search.file));
    });

    test('regardless of how the two are reached', () => {
      const absolute = below(path.resolve('tools/search/vendor/pyproject.toml'));
      expect(problems(search, absolute)).toEqual(refused(absolute.file, search.file));
      const linked = below('links/vendor/pyproject.toml', path.resolve('tools/search/vendor'));
      expect(problems(search, linked)).toEqual(refused(linked.file, search.file));
      const away = below('tools/search/vendor/pyproject.toml', '/elsewhere/vendor');
      expect(problems(search, away)).toEqual(refused(away.file, search.file));
    });

    test('that declares no credentials', () => {
      const bare = tool('bare', 'timeout_s = 5');
      const inner = below('tools/bare/vendor/pyproject.toml');
      expect(problems(bare, inner)).toEqual(refused(inner.file, bare.file));
    });

    test('but not below a project that is not a tool, and not if it declares nothing', () => {
      const project = { file: 'pyproject.toml', text: '[project]\nname = "all"\n[tool.uv.workspace]' };
      const library = { ...project, file: 'tools/search/vendor/pyproject.toml' };
      const bare = { file: 'tools/search/bare/pyproject.toml', text: '[tool.centaur]\ntimeout_s = 5' };
      expect(read(project, search, library, bare).map(({ name }) => name)).toEqual(['search']);
      const neighbour = below('tools/search-more/pyproject.toml');
      expect(read(search, neighbour).map(({ name }) => name)).toEqual(['search', 'search-more']);
    });

    test('with a remedy', () => {
      const tree = readTools([search, below('tools/search/vendor/pyproject.toml')]);
      expect(tree.problems).toMatchObject([
        { path: 'tool.centaur', hint: expect.stringMatching(/remove its table.*out of tools\/search\.$/) },
      ]);
    });
  });

  test("if a folder's name is not a valid tool name", () => {
    expect(problems({ ...warehouse, file: 'tools/my tool/pyproject.toml' })).toEqual([
      'tools/my tool/pyproject.toml: a tool is named after its folder, and "my tool" is not a valid tool name',
    ]);
  });
});
