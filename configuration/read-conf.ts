import { SourceOpener } from './include.ts';
import { Lexer } from './lexer.ts';
import type { LoadOptions } from './load-options.ts';
import { NameIndex } from './name-index.ts';
import { parseConf, type Grammar } from './parser.ts';
import { Problems } from './problem.ts';
import { exampleOf, fillIn, findDirective, missingDirectives, readWritten } from './read-directives.ts';
import { labelOf, type ResourceNode } from './resource-node.ts';
import type { ConfSchema, ResourceType } from './resource-type.ts';
import { diskReader } from './source-reader.ts';
import type { Span } from './source.ts';
import { nearest } from './suggestion.ts';
import { canonicalName, type Block } from './syntax.ts';
import { isBareosDirective } from './tables/bareos.ts';
import type { Directive, ReadContext } from './value-type.ts';

/** Directives whose value may begin on the line after the `=`. */
const VALUE_ON_NEXT_LINE = new Set([
  'file',
  'plugin',
  'wild',
  'wilddir',
  'wildfile',
  'regex',
  'regexdir',
  'regexfile',
]);

/** Changes nodes between reading and completing: the place where JobDefs are merged. */
export type Merge = (nodes: readonly ResourceNode[], index: NameIndex) => void;

/**
 * Reads a conf file and all that it includes: parses it, reads every directive by the tables of `schema`, merges
 * templates, fills in defaults and resolves references. Each step takes time in proportion to the conf.
 */
export function readConf(
  file: string,
  schema: ConfSchema,
  problems: Problems,
  options: LoadOptions = {},
  merge: Merge = () => {},
): ResourceNode[] {
  const opener = new SourceOpener(
    options.reader ?? diskReader,
    options.workingDirectory ?? process.cwd(),
    problems,
  );
  const source = opener.openFile(file);
  const blocks = source ? parseConf(new Lexer(source, opener, problems), grammarOf(schema), problems) : [];
  const reading = new Reading(schema, problems);
  const nodes = blocks.map((block) => reading.read(block)).filter((node) => node !== undefined);
  const index = new NameIndex(problems);
  for (const node of nodes) index.add(node);
  merge(nodes, index);
  for (const node of nodes) complete(node, index, problems);
  return nodes;
}

function grammarOf(schema: ConfSchema): Grammar {
  const names = schema.types.flatMap((type) => [type.name, ...type.aliases]);
  return { resourceTypes: new Set(names.map(canonicalName)), valueOnNextLine: VALUE_ON_NEXT_LINE };
}

/** Reads resources one by one, and remembers what is said once for all of them. */
class Reading {
  readonly #schema: ConfSchema;
  readonly #typesByKey: ReadonlyMap<string, ResourceType>;
  readonly #problems: Problems;
  readonly #statusReported = new Set<Directive | ResourceType>();

  constructor(schema: ConfSchema, problems: Problems) {
    this.#schema = schema;
    this.#problems = problems;
    this.#typesByKey = new Map(
      schema.types.flatMap((type) => [type.name, ...type.aliases].map((name) => [canonicalName(name), type])),
    );
  }

  read(block: Block): ResourceNode | undefined {
    const type = this.#typesByKey.get(block.key);
    if (!type) {
      this.#reportUnknownType(block);
      return undefined;
    }
    this.#reportStatus(block.name, type);
    const { values, spans } = readWritten(block, type.table, this.#contextFor(type, block));
    const name = values.get('name');
    return { type, block, name: typeof name === 'string' ? name : undefined, values, spans, resource: {} };
  }

  #contextFor(type: ResourceType, block: Block): ReadContext {
    const problems = this.#problems;
    return {
      owner: ownerOf(type, block),
      notes: new Map(),
      error: (span, message, hint) => problems.add('error', span, message, hint),
      warning: (span, message, hint) => problems.add('warning', span, message, hint),
      reportStatus: (span, directive) => this.#reportStatus(span, directive),
      whereKnown: (key) => this.#whereKnown(key),
    };
  }

  /** Of a directive or a whole resource type. */
  #reportStatus(span: Span, subject: Directive | ResourceType): void {
    const { status, name } = subject;
    if (status.kind === 'refused') this.#problems.add('error', span, `${name} is refused: ${status.reason}`);
    if (status.kind !== 'no effect' || this.#statusReported.has(subject)) return;
    this.#statusReported.add(subject);
    const outcome = status.severity === 'notice' ? 'has no effect here' : 'does not work yet';
    this.#problems.add(status.severity, span, `${name} ${outcome}: ${status.reason}`);
  }

  #whereKnown(key: string): string | undefined {
    const types = this.#schema.types.filter((type) => findDirective(type.table, key));
    if (types.length > 0) return `it belongs in ${types.map((type) => type.name).join(', ')}`;
    return isBareosDirective(key)
      ? 'it is a directive of Bareos and means nothing here; take it out'
      : undefined;
  }

  #reportUnknownType(block: Block): void {
    const suggestion = nearest(
      block.name.text,
      this.#schema.types.map((type) => type.name),
    );
    this.#problems.add(
      'error',
      block.name,
      `there is no resource type "${block.name.text}" in the conf of ${this.#schema.program}`,
      suggestion === undefined
        ? `the types are ${this.#schema.types.map((type) => type.name).join(', ')}`
        : `did you mean "${suggestion}"?`,
    );
  }
}

/** The resource as messages name it, before its Name has been read. */
function ownerOf(type: ResourceType, block: Block): string {
  for (const entry of block.entries) {
    if (entry.kind === 'assignment' && entry.key === 'name' && entry.value[0]) {
      return `${type.name} "${entry.value[0].text}"`;
    }
  }
  return type.name;
}

/** Reports what is missing, and fills in the resource: presets, values, defaults, resolved references. */
function complete(node: ResourceNode, index: NameIndex, problems: Problems): void {
  const { type, values, spans, resource } = node;
  const isTemplate = type.use === 'template';
  for (const directive of missingDirectives(type.table, spans)) {
    if (isTemplate && directive !== type.table['name']) continue;
    const message = `${labelOf(node)} has no ${directive.name}`;
    problems.add('error', node.block.name, message, exampleOf(directive));
  }
  for (const [property, value] of Object.entries(type.presets)) {
    if (!values.has(property)) values.set(property, value);
  }
  fillIn(resource, type.table, values);
  for (const [property, value] of values) {
    const directiveType = type.table[property]?.type;
    if (directiveType?.form === 'assigned' && directiveType.resolve) {
      resource[property] = directiveType.resolve(value, index);
    }
  }
}
