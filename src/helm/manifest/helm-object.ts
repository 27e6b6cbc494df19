import { Construct } from 'constructs';
import { assertTemplateComment } from '../../text/yaml-scalar.js';
import { astOf, type Expr } from '../expressions/expression.js';
import type { Ast, MapNode } from '../ir/tree.js';
import { kindOf } from '../schema/schema.js';
import { inReleaseNamespace, isClusterScoped } from './namespace.js';
import { mapNode } from './reader.js';

/** What an object in a chart has in addition to Kubernetes' own fields. */
export interface ObjectOptions {
  /** The object exists only under this condition. */
  readonly when?: Expr<boolean>;
  /** Written at the top of the object's template: why the object exists. */
  readonly comment?: string;
  /** The folder under `templates/`, for example `tests`. */
  readonly folder?: string;
  /**
   * The object belongs to no namespace. Only for kinds that are not Kubernetes' own; of these, the scope is known.
   *
   * @default false
   */
  readonly clusterScoped?: boolean;
}

/** A Kubernetes object in the construct tree. Its file in the chart is named after its path: `api-service.yaml`. */
export class HelmObject extends Construct {
  readonly condition: Ast | undefined;
  readonly body: MapNode;
  readonly comment: string | undefined;
  private readonly folder: string | undefined;

  constructor(
    scope: Construct,
    id: string,
    props: ObjectOptions & {
      readonly apiVersion: string;
      readonly kind: string;
      readonly metadata?: unknown;
    },
  ) {
    super(scope, id);
    const { when, comment, folder, clusterScoped, ...body } = props;
    this.condition = when && astOf(when);
    this.comment = comment;
    this.folder = folder;
    try {
      if (comment !== undefined) assertTemplateComment(comment);
      if (this.condition !== undefined && kindOf(this.condition.schema) !== 'boolean') {
        throw new TypeError("'when' is not a boolean");
      }
      const isNamespaced = !clusterScoped && !isClusterScoped(body.apiVersion, body.kind);
      this.body = mapNode(isNamespaced ? { ...body, metadata: inReleaseNamespace(body.metadata) } : body);
    } catch (error) {
      throw new TypeError(`${this.node.path}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** The template's path in the chart. */
  get file(): string {
    const name = this.node.scopes
      .slice(1)
      .map((scope) => scope.node.id)
      .join('-');
    if (!/^[A-Za-z0-9][-._A-Za-z0-9]*$/.test(name)) {
      throw new TypeError(
        `${this.node.path}: Helm renders no file called ${name}.yaml: give it ids of letters, digits, - and .`,
      );
    }
    return ['templates', ...(this.folder === undefined ? [] : [this.folder]), `${name}.yaml`].join('/');
  }
}
