import type { DirectorConf } from '../../configuration/director-conf.ts';
import type { BrowseAnswer, BrowseRequest, BrowseStart } from '../../proto/noctule/director/v1/director.ts';
import type { DirectorServices } from '../services.ts';
import type { CommandLine } from './command-line.ts';
import type { Completer } from './terminal.ts';

/** What a keyword takes: nothing, some text, the name of a resource, or one of a list of words. */
export type KeywordValue = 'flag' | 'text' | ResourceKind | readonly string[];

export type ResourceKind =
  'job' | 'client' | 'fileset' | 'storage' | 'pool' | 'schedule' | 'catalog' | 'messages';

/**
 * A row of the command table, which drives dispatch, help, completion and the check of arguments. A Console
 * resource's Command ACL names commands by `name`.
 */
export interface Command {
  readonly name: string;
  readonly description: string;
  /** There is nothing behind it here: it says so, and neither help nor completion offers it. */
  readonly isAbsent?: true;
  /** In the order help shows them. `rest` in its place: the command reads the rest of the line itself. */
  readonly keywords: Readonly<Record<string, KeywordValue>> | 'rest';
  /** Words that scripts may bring along and that mean nothing here: each is refused with why, and what to do instead. */
  readonly absentKeywords?: AbsentKeywords;
  /** @throws OperatorError, CommandCancelled */
  readonly run: (context: CommandContext) => Promise<void>;
}

export type AbsentKeywords = Readonly<Record<string, readonly [problem: string, instead: string]>>;

/** What a command works with. */
export interface CommandContext {
  readonly services: DirectorServices;
  readonly session: SessionState;
  readonly line: CommandLine;
  /** All commands, in the order of help. */
  readonly commands: readonly Command[];
  /** Aborts when the admin breaks the command off or the console is gone. */
  readonly signal: AbortSignal;
  /** The conf in force. */
  readonly conf: () => DirectorConf;
  readonly now: () => Date;
  /** Prints a line; resolves when more may be printed. */
  readonly say: (line: string) => Promise<void>;
  /** Prints text that has its line ends. */
  readonly print: (text: string) => Promise<void>;
  /**
   * Asks and resolves with the trimmed answer.
   * @throws CommandCancelled for a period or the end of the input.
   */
  readonly ask: (prompt: string, complete?: Completer) => Promise<string>;
  /** Has the console show a tree on its whole screen; only where the session says that it can. */
  readonly browse: (
    start: BrowseStart,
    answer: (request: BrowseRequest) => Promise<NonNullable<BrowseAnswer['answer']>>,
  ) => Promise<boolean>;
}

export interface Screen {
  readonly rows: number;
  readonly columns: number;
}

/** What a console session remembers from command to command. */
export interface SessionState {
  /** Who gives the commands, for messages: `Console "guest"`, `the default console`. */
  readonly who: string;
  /** Of the Console resource; undefined for the default console, and for scripts. */
  readonly consoleName?: string | undefined;
  /** The IP address that the console calls from, when there is one. */
  readonly address?: string | undefined;
  readonly startedAt: Date;
  /** Ways to the catalog that were announced; see catalog-line.ts. */
  readonly catalogAnnounced: Set<string>;
  /** Jobs this session has started and not yet waited for. */
  readonly startedJobs: Set<number>;
  /** The console can show a tree on its whole screen. */
  canBrowse: boolean;
  /** Of a person's terminal; undefined in pipes. */
  screen?: Screen | undefined;
  /** Show messages as soon as a command is done. */
  autodisplay: boolean;
  /** Lists as JSON instead of tables. */
  json: boolean;
  /** Set by quit. */
  over: boolean;
}
