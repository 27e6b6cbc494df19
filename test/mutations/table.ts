/** Plausible mistakes in the compiler, each of which the law must detect. */

export interface Mutation {
  /** A plausible mistake. */
  readonly does: string;
  /** Below `src`. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

export const mutations: readonly Mutation[] = [
  {
    does: 'writes strings without quotes',
    file: 'helm/template/go-lines.ts',
    from: "goPipe(printExpression(ast, statements), 'quote')",
    to: 'printExpression(ast, statements)',
  },
  {
    does: 'writes texts that are hashed with the quotes of manifests',
    file: 'helm/template/go-lines.ts',
    from: '!(this.exact || exact)',
    to: '!exact',
  },
  {
    does: 'writes keys with the quotes of manifests',
    file: 'helm/template/go-lines.ts',
    from: '!(this.exact || exact)',
    to: '!this.exact',
  },
  {
    does: 'forgets int64',
    file: 'helm/template/go-expression.ts',
    from: 'return already ?',
    to: 'return text !== "" ?',
  },
  {
    does: 'converts an integer before it asks whether it is there',
    file: 'helm/template/go-expression.ts',
    from: "if (parameter.kind === 'any') {",
    to: 'if (false) {',
  },
  {
    does: "lets {{ of the source's texts through",
    file: 'helm/template/go-lines.ts',
    from: "text.replaceAll('{{', '{{ \"{{\" }}')",
    to: 'text',
  },
  {
    does: "reads the values of the dot inside a walk, where the dot is the walk's",
    file: 'helm/template/go-scope.ts',
    from: "this.setDot('element', body);",
    to: 'body();',
  },
  {
    does: 'reads the values of the dot where a value is the dot',
    file: 'helm/template/go-scope.ts',
    from: "if (this.dot === 'argument') return '.';",
    to: "if (this.dot !== 'element') return '.';",
  },
  {
    does: 'calls a method of .Values in the place of a key of the same name',
    file: 'helm/template/go-expression.ts',
    from: " && !(of.kind === 'builtin' && methodsOfValues.has(key))",
    to: '',
  },
  {
    does: 'computes a list before the condition that guards it',
    file: 'helm/template/go-statements.ts',
    from: 'lazy && index > 0 &&',
    to: 'lazy && index > 9 &&',
  },
  {
    does: 'begins a text with an empty line where its first field is a choice',
    file: 'helm/template/go-statements.ts',
    from: 'this.begun = begun;\n      if (condition === undefined)',
    to: 'if (condition === undefined)',
  },
  {
    does: "names a variable after a key that is no name of Go's",
    file: 'helm/template/go-scope.ts',
    from: 'const wanted = goName(variable.name);',
    to: 'const wanted = variable.name;',
  },
  {
    does: 'gives two variables one name',
    file: 'helm/template/go-scope.ts',
    from: 'for (let suffix = 2; taken.has(name); suffix++)',
    to: 'for (let suffix = 2; taken.has(name) && suffix < 0; suffix++)',
  },
  {
    does: 'swaps the branches of a choice',
    file: 'helm/layout/layout.ts',
    from: '(inner) => branch(choice.chosen, inner),\n    branch(choice.otherwise, assumed),',
    to: '(inner) => branch(choice.otherwise, inner),\n    branch(choice.chosen, assumed),',
  },
  {
    does: 'indents a map of the values too little',
    file: 'helm/layout/layout.ts',
    from: "return { kind: 'yaml', indent, value };",
    to: "return { kind: 'yaml', indent: Math.max(0, indent - step), value };",
  },
  {
    does: 'takes a condition for true that holds only elsewhere',
    file: 'helm/layout/layout.ts',
    from: 'branch(choice.otherwise, assumed),',
    to: 'branch(choice.otherwise, assuming(assumed, choice.condition)),',
  },
  {
    does: 'lets Helm trim the last line breaks of a document',
    file: 'helm/template/compile.ts',
    from: 'mayEndInYaml(document) ? [...document, ...endOfDocument] : document',
    to: 'mayEndInYaml(document) ? document : document',
  },
  {
    does: 'writes a container whose members are all missing',
    file: 'helm/layout/emptiness.ts',
    from: 'return node.elements.length === 0 || presenceOfElements(node.elements);',
    to: 'return true;',
  },
  {
    does: 'computes a list once for all members of a walk',
    file: 'helm/ir/free-variables.ts',
    from: 'freeVariables(ast).size === 0',
    to: 'freeVariables(ast).size >= 0',
  },
  {
    does: 'walks maps in the order of the file',
    file: 'helm/evaluate/evaluate.ts',
    from: '.sort(byBytes)',
    to: '',
  },
  {
    does: 'sorts by UTF-16, as JavaScript does',
    file: 'text/go-syntax.ts',
    from: 'return Buffer.compare(Buffer.from(left), Buffer.from(right));',
    to: 'return left < right ? -1 : left > right ? 1 : 0;',
  },
  {
    does: 'takes 0, false and "" for absent',
    file: 'helm/expressions/operators.ts',
    from: 'value ?? fallback',
    to: 'value || fallback',
  },
  {
    does: 'lets templates take 0, false and "" for absent',
    file: 'helm/expressions/operators.ts',
    from: 'isDefault(value, fallback)\n',
    to: 'true\n',
  },
  {
    does: 'yields null for empty lists one after another',
    file: 'helm/expressions/operators.ts',
    from: "goPipe(fn('concat')(...lists), goCall('default', 'list'))",
    to: "fn('concat')(...lists)",
  },
  {
    does: 'lets < and > of JSON through',
    file: 'text/go-syntax.ts',
    from: '/[<>&\\u2028\\u2029]/g',
    to: '/[\\u2028\\u2029]/g',
  },
  {
    does: 'loses or adds the line break at the end of a constant text',
    file: 'text/yaml-scalar.ts',
    from: "text.endsWith('\\n') ? '|' : '|-'",
    to: "text.endsWith('\\n') ? '|-' : '|'",
  },
  {
    does: 'writes bare what YAML 1.1 takes for a boolean',
    file: 'text/yaml-scalar.ts',
    from: '/^(?:y|n|yes|no|on|off|true|false|null)$/i',
    to: '/^(?:true|false|null)$/i',
  },
  {
    does: 'lets a spread key stand beside the same key of the source',
    file: 'helm/manifest/reader.ts',
    from: 'if (possible.length === 0) return entry;',
    to: 'if (possible.length >= 0) return entry;',
  },
  {
    does: 'lets values in that toYaml writes as nothing',
    file: 'text/forbidden-text.ts',
    from: 'return characters.test(text) || isDeleted(text);',
    to: 'return isDeleted(text);',
  },
  {
    does: 'checks forbidden texts here and not in Helm',
    file: 'helm/template/go-lines.ts',
    from: "...goLines('{{- if ', forbiddenTextCondition, ' }}'),",
    to: "'{{- if false }}',",
  },
  {
    does: 'lets keys with a line break have any value',
    file: 'helm/template/values-document.ts',
    from: '...withAllKeys(openToParents(schema)),',
    to: '...openToParents(schema),',
  },
];
