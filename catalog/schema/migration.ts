/** One step from a released schema to the next. Never changed once released, never undone. */
export interface Migration {
  /** The schema's version afterwards. */
  readonly version: number;
  readonly sql: string;
}
