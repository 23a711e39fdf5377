import type { Directive, Ref, Status, ValueType } from './value-type.ts';

/** What it says is done. */
export const WORKS: Status = { kind: 'works' };

/** Accepted, and rightly ignored: nothing is lost by it. */
export function noEffect(reason: string): Status {
  return { kind: 'no effect', reason, severity: 'notice' };
}

/** Accepted, but something the admin asked for does not happen. */
export function notYet(reason: string): Status {
  return { kind: 'no effect', reason, severity: 'warning' };
}

/** An error: to go on without it would be worse than not to start. */
export function refused(reason: string): Status {
  return { kind: 'refused', reason };
}

interface DirectiveOptions<T> {
  readonly help: string;
  readonly aliases?: readonly string[];
  readonly default?: T;
  readonly anyway?: NoInfer<T>;
  readonly required?: true;
  readonly status?: Status;
  readonly into?: string;
  readonly isInternal?: true;
}

/** A directive with the type of its value and its options, from which `ResourceOf` derives the property. */
export interface TypedDirective<T, O> extends Directive {
  readonly typed?: { readonly value: T; readonly options: O };
}

/** Defines a directive of a table. */
export function directive<T, const O extends DirectiveOptions<T>>(
  name: string,
  type: ValueType<T>,
  options: O,
): TypedDirective<T, O> {
  return {
    name,
    type,
    aliases: options.aliases ?? [],
    default: options.default ?? (type.repeated === 'adds' ? [] : undefined),
    required: options.required ?? false,
    anyway: options.anyway,
    help: options.help,
    status: options.status ?? WORKS,
    into: options.into,
    isInternal: options.isInternal ?? false,
  };
}

type ValueOf<D, M> = D extends TypedDirective<infer T, unknown> ? Resolved<T, M> : never;

type Resolved<T, M> =
  T extends Ref<infer K>
    ? K extends keyof M
      ? M[K]
      : never
    : T extends readonly (infer U)[]
      ? readonly Resolved<U, M>[]
      : T;

type Always = { readonly required: true } | { readonly default: unknown };

type KeysAlways<T> = {
  [K in keyof T]: T[K] extends TypedDirective<infer V, infer O>
    ? O extends { readonly into: string }
      ? never
      : O extends Always
        ? K
        : V extends readonly unknown[]
          ? K
          : never
    : never;
}[keyof T];

type KeysSometimes<T> = {
  [K in keyof T]: T[K] extends TypedDirective<infer V, infer O>
    ? O extends { readonly into: string } | Always
      ? never
      : V extends readonly unknown[]
        ? never
        : K
    : never;
}[keyof T];

/**
 * The resource that a table describes. `M` names the resource types that its references lead to.
 * Directives that are required, have a default, or are lists are always there.
 */
export type ResourceOf<T, M = Record<never, never>> = {
  readonly [K in KeysAlways<T>]: ValueOf<T[K], M>;
} & {
  readonly [K in KeysSometimes<T>]?: ValueOf<T[K], M>;
};
