import type { Span } from './source.ts';
import type { Assignment, Block } from './syntax.ts';

/** One directive of a resource: the single definition that parser, checks, printer and documentation use. */
export interface Directive {
  /** As people write it: "Full Backup Pool". Blanks and case do not count in conf files. */
  readonly name: string;
  readonly aliases: readonly string[];
  readonly type: ValueType<unknown>;
  readonly default: unknown;
  /** For a directive without effect: the value that describes how things are here anyway. Writing it is no surprise. */
  readonly anyway: unknown;
  readonly required: boolean;
  readonly help: string;
  readonly status: Status;
  /** The property it adds to, when that is not its own: the short forms of RunScript, the Messages destinations. */
  readonly into: string | undefined;
  /** Not written in confs: it only prints what other directives have added to its property. */
  readonly isInternal: boolean;
}

/** The directives of a resource by the property they set. */
export type DirectiveTable = Readonly<Record<string, Directive>>;

/** Whether writing a directive changes anything here. `reason` follows a colon in messages and tables. */
export type Status =
  | { readonly kind: 'works' }
  | { readonly kind: 'no effect'; readonly reason: string; readonly severity: 'notice' | 'warning' }
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * What a directive's value may be: how it is read, checked, printed and described.
 * A reader that returns `undefined` has reported why.
 */
export type ValueType<T> = AssignedType<T> | BlockType<T>;

interface Described {
  /** With its article, as errors say it: "a duration". */
  readonly title: string;
  /** A right value, as written behind `=`. */
  readonly example: string;
  /**
   * What a second line of the same directive does. Scalars that name things are refused, as two different names
   * cannot both be meant; numbers and switches take the last; lists add (and `T` is an array).
   */
  readonly repeated: 'refused' | 'last' | 'adds';
}

/** `Name = value`. */
export interface AssignedType<T> extends Described {
  readonly form: 'assigned';
  read(assignment: Assignment, context: ReadContext): T | undefined;
  /** Right-hand sides, one for each line, that read back as `value`. */
  format(value: T): readonly string[];
  /** Whole lines, where directives of other names have added to `value`; otherwise absent. */
  print?(value: T): readonly string[];
  /** Replaces the pending references in `value`; absent when there are none. */
  resolve?(value: T, resolver: Resolver): T | undefined;
}

/** `Name { ... }`. */
export interface BlockType<T> extends Described {
  readonly form: 'block';
  /** `DirAddresses = {` has the sign, `Options {` does not. */
  readonly equals: 'wanted' | 'unwanted';
  /** The directives inside, for the documentation; absent when they are not a table. */
  readonly table?: DirectiveTable;
  read(block: Block, context: ReadContext): T | undefined;
  /** Lines that read back as `value`. */
  print(name: string, value: T): readonly string[];
}

/** What a reader may use besides the value itself. */
export interface ReadContext {
  /** For messages: `Job "home"`. */
  readonly owner: string;
  /** What earlier directives of the same resource left for later ones (the mail command for the lines below it). */
  readonly notes: Map<string, string>;
  error(span: Span, message: string, hint?: string): void;
  warning(span: Span, message: string, hint?: string): void;
  /** Says that a directive does not work: once for the whole conf when it is accepted, each time when it is refused. */
  reportStatus(span: Span, directive: Directive): void;
  /** Tells where a directive that is unknown here would be right; `undefined` when it is unknown everywhere. */
  whereKnown(key: string): string | undefined;
}

/** Finds resources by name once all are known. */
export interface Resolver {
  /** `undefined` (and a problem, the first time) when there is no such resource. */
  resolve<K extends string>(reference: Ref<K>): Ref<K> | undefined;
}

declare const referenceTarget: unique symbol;

/**
 * A resource of type `K` as values hold it: a `PendingReference` while the conf is read, the resource itself
 * afterwards. `ResourceOf` puts the type of the resource in its place.
 */
export interface Ref<K extends string> {
  readonly name: string;
  readonly [referenceTarget]?: K;
}

/** A reference before all resources are known. One object per place in the conf, shared by Jobs that inherit it. */
export interface PendingReference {
  readonly resourceType: string;
  readonly name: string;
  readonly span: Span;
  readonly owner: string;
}
