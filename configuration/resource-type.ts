import { WORKS } from './directive.ts';
import type { DirectiveTable, Status } from './value-type.ts';

/** A type of resource in the conf of one daemon. */
export interface ResourceType {
  /** As people write it; blanks and case do not count in conf files. */
  readonly name: string;
  readonly aliases: readonly string[];
  readonly table: DirectiveTable;
  /** The type under which others refer to it; Storage and Autochanger of the Director share one. */
  readonly referredAs: string;
  /** Values it has without being told: an Autochanger is a Storage with `Autochanger = yes`. */
  readonly presets: Readonly<Record<string, unknown>>;
  /** `template`: only others take directives from it (JobDefs), so that it need not be complete. */
  readonly use: 'resource' | 'template';
  /** Whether it does anything here; its directives then have no status of their own. */
  readonly status: Status;
  /** One sentence for the documentation. */
  readonly help: string;
}

type Options = Partial<Omit<ResourceType, 'name' | 'table' | 'help'>>;

export function resourceType(
  name: string,
  table: DirectiveTable,
  help: string,
  options: Options = {},
): ResourceType {
  return {
    name,
    table,
    help,
    aliases: [],
    referredAs: name,
    presets: {},
    use: 'resource',
    status: WORKS,
    ...options,
  };
}

/** The conf language of one program. */
export interface ConfSchema {
  /** "noctule-dir": for messages and documentation. */
  readonly program: string;
  readonly types: readonly ResourceType[];
}
