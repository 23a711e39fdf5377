import type { ResourceType } from './resource-type.ts';
import type { Span } from './source.ts';
import type { Block } from './syntax.ts';

/** A resource on its way from the conf text to its typed form. */
export interface ResourceNode {
  readonly type: ResourceType;
  readonly block: Block;
  /** `undefined` when it has none that can be read, which has been reported. */
  readonly name: string | undefined;
  /** Written values by property; a Job gets those of its JobDefs. */
  readonly values: Map<string, unknown>;
  /** Where they were written. */
  readonly spans: Map<string, Span>;
  /** The resource that references lead to; filled in when all resources are known. */
  readonly resource: Record<string, unknown>;
}

/** For messages: `Job "home"`. */
export function labelOf(node: ResourceNode): string {
  return node.name === undefined ? node.type.name : `${node.type.name} "${node.name}"`;
}

/** The place of a directive of the resource, else of the resource. */
export function placeInNode(node: ResourceNode, property: string): Span {
  return node.spans.get(property) ?? node.block.name;
}
