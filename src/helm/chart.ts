import { RootConstruct } from 'constructs';
import type { Static, TSchema } from 'typebox';
import { forbiddenTextMessage, holdsForbiddenText } from '../text/forbidden-text.js';
import type { Value, ValueMap, ValuePath } from '../text/json.js';
import { assertTemplateComment } from '../text/yaml-scalar.js';
import { type Context, evaluate, evaluateObject, scopeOf } from './evaluate/evaluate.js';
import { astOf, type Expr, type Symbolic, valuesOf } from './expressions/expression.js';
import { isNonEmpty, str } from './expressions/operators.js';
import type { Schema } from './ir/schema.js';
import type { Ast } from './ir/tree.js';
import { type Usage, usageOf } from './ir/usage.js';
import { listOf } from './manifest/computed.js';
import { each, when } from './manifest/fragments.js';
import { HelmObject } from './manifest/helm-object.js';
import type { Member } from './manifest/manifest.js';
import type { ChartMetadata } from './template/chart-metadata.js';
import { compileChart } from './template/compile.js';
import { defaultsOf } from './template/values-document.js';

export { constantYaml } from './template/constant-yaml.js';

export interface ChartProps<S extends TSchema> {
  readonly metadata: ChartMetadata;
  /** The values that the chart takes: an object schema whose properties have descriptions and defaults. */
  readonly values: S;
  /** The head of `values.yaml` and of the chart's README. */
  readonly introduction?: string;
}

/** The release that a chart is rendered for. */
export interface ReleaseOptions {
  /** @default the chart's name */
  readonly name?: string;
  /** @default "default" */
  readonly namespace?: string;
}

/** The result of rendering a values document: the objects, or the rules that it breaks. */
export interface Evaluation {
  /** Messages for the person who edits the values. If there is one, there are no objects. */
  readonly problems: readonly string[];
  /** In the order in which the chart's source creates them. */
  readonly objects: readonly { readonly file: string; readonly object: ValueMap }[];
}

/** Rules that belong together. */
export class RuleGroup {
  constructor(
    readonly heading: string | undefined,
    readonly messages: readonly Member<string>[],
  ) {
    if (heading !== undefined) assertTemplateComment(heading);
  }
}

/** Rules under a heading, which precedes them in the chart's `rules.yaml`. */
export function rules(heading: string, ...messages: readonly Member<string>[]): RuleGroup {
  return new RuleGroup(heading, messages);
}

/**
 * A Helm chart: the root of a tree of constructs that hold its objects. `compile` gives the chart's files, `evaluate`
 * the objects for one values document, and the two agree.
 */
export class HelmChart<S extends TSchema = TSchema> extends RootConstruct {
  readonly metadata: ChartMetadata;
  readonly schema: S;
  readonly values: Symbolic<Static<S>>;
  readonly introduction: string;
  private readonly ruleGroups: RuleGroup[] = [];
  private readonly noteMembers: Member<string>[] = [];
  private readonly warningMembers: Member<string>[] = [];
  /** Each rule by itself, and what it reads. */
  private rulesAlone: readonly { readonly rule: Ast; readonly usage: Usage }[] | undefined;

  constructor(props: ChartProps<S>) {
    super('');
    this.metadata = props.metadata;
    this.schema = props.values;
    this.values = valuesOf(props.values);
    this.introduction = props.introduction ?? '';
  }

  /**
   * Adds rules across values: each is a message and the condition that breaks the rule, in groups or alone. Neither
   * target renders anything while a rule is broken.
   */
  addRules(...rules: readonly (Member<string> | RuleGroup)[]): void {
    for (const rule of rules) {
      this.ruleGroups.push(rule instanceof RuleGroup ? rule : new RuleGroup(undefined, [rule]));
      this.rulesAlone = undefined;
    }
  }

  /**
   * Adds warnings: each is a message, and the condition under which a valid value is probably not meant for long. A
   * message begins with the key that it concerns, like that of a rule. Both targets render all the same; the end of
   * NOTES.txt lists them.
   */
  addWarnings(...warnings: readonly Member<string>[]): void {
    this.warningMembers.push(...warnings);
  }

  /** Adds lines to NOTES.txt, which Helm prints after an installation. */
  addNotes(...lines: readonly Member<string>[]): void {
    this.noteMembers.push(...lines);
  }

  get objects(): readonly HelmObject[] {
    return this.node.findAll().filter((construct) => construct instanceof HelmObject);
  }

  /** The rules' messages as an expression: a list of strings. */
  get rules(): Ast {
    return astOf(
      listOf(
        this.ruleGroups.flatMap(({ messages }) => messages),
        'problems',
      ),
    );
  }

  /** The rules, grouped as in the chart. */
  get rulesByHeading(): readonly RuleGroup[] {
    return this.ruleGroups;
  }

  /** The lines of NOTES.txt. */
  get notes(): readonly Member<string>[] {
    if (this.warningMembers.length === 0) return this.noteMembers;
    const warnings = this.warningList;
    const apart: readonly Member<string>[] =
      this.noteMembers.length === 0 ? [] : [when(isNonEmpty(warnings), '')];
    return [
      ...this.noteMembers,
      ...apart,
      when(isNonEmpty(warnings), 'Warnings:'),
      each(warnings, (warning) => str`  ${warning}`),
    ];
  }

  private get warningList(): Symbolic<readonly string[]> {
    return listOf(this.warningMembers, 'warnings');
  }

  /** The defaults, as in `values.yaml`. */
  get defaults(): ValueMap {
    return defaultsOf(this.schema as Schema);
  }

  /** The context of a release. `values` are complete: the user's, merged over the defaults, and valid. */
  context(values: ValueMap, release: ReleaseOptions = {}): Context {
    const { name, version, appVersion } = this.metadata;
    return {
      Values: values,
      Release: { Name: release.name ?? name, Namespace: release.namespace ?? 'default', Service: 'Helm' },
      Chart: { Name: name, Version: version, AppVersion: appVersion },
    };
  }

  /** Evaluates an expression for complete, valid values. */
  read<T>(expression: Expr<T>, values: ValueMap, release?: ReleaseOptions): T {
    // The expression's type is the one that its operators promise.
    return evaluate(astOf(expression), scopeOf(this.context(values, release))) as T;
  }

  /**
   * The messages of the rules that complete values break.
   *
   * @param invalid parts of the values that the schema refuses: rules that read them are left out
   */
  problems(
    values: ValueMap,
    release?: ReleaseOptions,
    invalid: readonly ValuePath[] = [],
  ): readonly string[] {
    const scope = scopeOf(this.context(values, release));
    const asked = invalid.length === 0 ? [this.rules] : this.rulesApartFrom(invalid);
    return asked.flatMap((rule) => evaluate(rule, scope) as readonly string[]);
  }

  /** The messages of the warnings that complete, valid values cause. */
  warnings(values: ValueMap, release?: ReleaseOptions): readonly string[] {
    return this.read(this.warningList, values, release);
  }

  private rulesApartFrom(invalid: readonly ValuePath[]): readonly Ast[] {
    this.rulesAlone ??= this.ruleGroups
      .flatMap(({ messages }) => messages)
      .map((message) => astOf(listOf([message], 'problems')))
      .map((rule) => ({ rule, usage: usageOf([rule]) }));
    return this.rulesAlone
      .filter(({ usage }) => !invalid.some((path) => usage.meets(path)))
      .map(({ rule }) => rule);
  }

  /** The objects for complete, valid values. */
  evaluate(values: ValueMap, release?: ReleaseOptions): Evaluation {
    if (holdsForbiddenText(values)) return { problems: [forbiddenTextMessage], objects: [] };
    const scope = scopeOf(this.context(values, release));
    const problems = evaluate(this.rules, scope) as readonly string[];
    if (problems.length > 0) return { problems, objects: [] };
    const objects = this.objects.flatMap((object) => {
      const value: Value | undefined = evaluateObject(object, scope);
      return value === undefined ? [] : [{ file: object.file, object: value as ValueMap }];
    });
    return { problems: [], objects };
  }

  /**
   * The files of the Helm chart: paths below its folder, and their content.
   *
   * @throws {TypeError} if two objects would share a file, or no template uses a key of the values
   */
  compile(): ReadonlyMap<string, string> {
    return compileChart(this);
  }
}
