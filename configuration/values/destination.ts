import { writtenText, type Assignment, type Token } from '../syntax.ts';
import type { AssignedType, ReadContext } from '../value-type.ts';
import { nearest } from '../suggestion.ts';
import { warnOfDroppedBlanks } from './single-token.ts';
import { command, quote, readText } from './text.ts';

/** The types that `all` stands for. */
const ORDINARY_TYPES = [
  'Abort',
  'Fatal',
  'Error',
  'Warning',
  'Info',
  'NotSaved',
  'Skipped',
  'Mount',
  'Terminate',
  'Restored',
  'Security',
  'Alert',
  'VolMgmt',
  'ErrorTerm',
  'Verified',
] as const;
/** Types that must be asked for by name. */
const SPECIAL_TYPES = ['Debug', 'Saved', 'Events'] as const;

export type MessageType = (typeof ORDINARY_TYPES)[number] | (typeof SPECIAL_TYPES)[number];

const TYPES_BY_KEY = new Map<string, MessageType>(
  [...ORDINARY_TYPES, ...SPECIAL_TYPES].map((type) => [type.toLowerCase(), type]),
);

/** One line of a Messages resource: where messages of some types go. */
export interface Destination {
  readonly kind: DestinationKind;
  /** Mail addresses, the path of a file, the name of a Director, a facility of the system log; empty for the kinds that need none. */
  readonly where: readonly string[];
  readonly types: ReadonlySet<MessageType>;
  /** The mail command in force at this line; for the mail kinds. Absent: none stands above the line. */
  readonly mailCommand?: string;
  /** Likewise, for `operator`. */
  readonly operatorCommand?: string;
}

export type DestinationKind =
  | 'stdout'
  | 'stderr'
  | 'console'
  | 'syslog'
  | 'catalog'
  | 'director'
  | 'file'
  | 'append'
  | 'mail'
  | 'mailonerror'
  | 'mailonsuccess'
  | 'operator';

/** What stands between the name and the types. */
type Target = 'none' | 'facility' | 'one' | 'many';

const TARGETS: Readonly<Record<DestinationKind, Target>> = {
  stdout: 'none',
  stderr: 'none',
  console: 'none',
  syslog: 'facility',
  catalog: 'none',
  director: 'one',
  file: 'one',
  append: 'one',
  mail: 'many',
  mailonerror: 'many',
  mailonsuccess: 'many',
  operator: 'many',
};

const EXAMPLES: Readonly<Record<Target, string>> = {
  none: 'all, !skipped',
  facility: 'local0 = all, !skipped',
  one: '"/var/log/noctule.log" = all, !skipped',
  many: 'root@localhost = all, !skipped',
};

/** Of the system log (`logger -p`). */
const FACILITIES = [
  ...['auth', 'authpriv', 'cron', 'daemon', 'ftp', 'kern', 'lpr', 'mail', 'news', 'syslog', 'user', 'uucp'],
  ...Array.from({ length: 8 }, (_, number) => `local${number}`),
];

const TITLES: Readonly<Record<Target, string>> = {
  none: 'a list of message types',
  facility: 'a list of message types; before it may stand a facility of the system log and "="',
  one: 'a destination, "=" and a list of message types',
  many: 'a destination, "=" and a list of message types',
};

/** Why nothing comes of types that have to be asked for by name. */
const NEVER_SENT: Readonly<Record<(typeof SPECIAL_TYPES)[number], string>> = {
  Debug: '"setdebug level=50 trace=1" writes a trace file',
  Saved: '"list files jobid=N" shows what a job has saved',
  Events: '"list joblog" and the log of the Director tell what happened',
};

/** A destination line: `console = types`, `append = path = types`, `mail = address, address = types`. */
export function destination(kind: DestinationKind): AssignedType<readonly Destination[]> {
  const example = EXAMPLES[TARGETS[kind]];
  const type: AssignedType<readonly Destination[]> = {
    form: 'assigned',
    title: TITLES[TARGETS[kind]],
    example,
    repeated: 'adds',
    read(assignment, context) {
      const where = readWhere(assignment, kind, context, example);
      if (!where) return undefined;
      const types = readTypes(where.rest, assignment, context);
      if (!types) return undefined;
      const mailCommand = kind.startsWith('mail') ? context.notes.get('mailCommand') : undefined;
      const operatorCommand = kind === 'operator' ? context.notes.get('operatorCommand') : undefined;
      return [
        {
          kind,
          where: where.targets,
          types,
          ...(mailCommand === undefined ? {} : { mailCommand }),
          ...(operatorCommand === undefined ? {} : { operatorCommand }),
        },
      ];
    },
    // Printed in order by `destinationLines`, since the commands above a line belong to it.
    format: () => [],
  };
  return type;
}

/** `MailCommand` or `OperatorCommand`: holds for the destination lines below it. */
export function commandForLinesBelow(
  note: 'mailCommand' | 'operatorCommand',
): AssignedType<readonly Destination[]> {
  return {
    form: 'assigned',
    title: 'a command that gets the message on its standard input',
    example: '"/usr/sbin/sendmail -t %r"',
    repeated: 'adds',
    read(assignment, context) {
      const token = readText(assignment, context, command);
      if (!token) return undefined;
      context.notes.set(note, token.text);
      return [];
    },
    format: () => [],
  };
}

/** Destination lines, each below the command that holds for it. */
export function destinationLines(destinations: readonly Destination[]): string[] {
  const lines: string[] = [];
  const inForce: { MailCommand?: string; OperatorCommand?: string } = {};
  const setCommand = (name: keyof typeof inForce, wanted: string | undefined) => {
    if (wanted === undefined || inForce[name] === wanted) return;
    lines.push(`${name} = ${quote(wanted)}`);
    inForce[name] = wanted;
  };
  // A line without command stands above the first command in every conf, so keeping the order keeps it without.
  for (const one of destinations) {
    setCommand('MailCommand', one.mailCommand);
    setCommand('OperatorCommand', one.operatorCommand);
    const where = one.where.length === 0 ? '' : `${one.where.map(quote).join(', ')} = `;
    lines.push(`${one.kind} = ${where}${[...one.types].join(', ')}`);
  }
  return lines;
}

function readWhere(
  assignment: Assignment,
  kind: DestinationKind,
  context: ReadContext,
  example: string,
): { targets: string[]; rest: readonly Token[] } | undefined {
  const { value } = assignment;
  if (TARGETS[kind] === 'none') return { targets: [], rest: value };
  const equals = value.findIndex((token) => token.kind === '=');
  if (TARGETS[kind] === 'facility') return readFacility(value, equals, context);
  const names = value.slice(0, equals < 0 ? 0 : equals).filter((token) => token.kind !== ',');
  if (equals < 0 || names.length === 0 || (TARGETS[kind] === 'one' && names.length > 1)) {
    context.error(
      value[0] ?? assignment.name,
      `${assignment.name.text} takes a destination, "=", and message types`,
      `for example "${assignment.name.text} = ${example}"`,
    );
    return undefined;
  }
  for (const name of names) warnOfDroppedBlanks(name, context);
  return { targets: names.map((name) => name.text), rest: value.slice(equals + 1) };
}

/** `syslog = types`, or as Bareos has it `syslog = facility = types`. */
function readFacility(
  value: readonly Token[],
  equals: number,
  context: ReadContext,
): { targets: string[]; rest: readonly Token[] } | undefined {
  if (equals < 0) return { targets: [], rest: value };
  const [token] = value;
  const facility = token?.text.toLowerCase() ?? '';
  if (token && equals === 1 && FACILITIES.includes(facility)) {
    return { targets: [facility], rest: value.slice(equals + 1) };
  }
  const suggestion = nearest(facility, FACILITIES);
  context.error(
    value[0]!,
    `"${writtenText(value.slice(0, equals))}" is no facility of the system log`,
    suggestion === undefined
      ? `the facilities are ${FACILITIES.join(', ')}`
      : `did you mean "${suggestion}"?`,
  );
  return undefined;
}

/** The set of types; a later word may take out what an earlier one put in. */
function readTypes(
  tokens: readonly Token[],
  assignment: Assignment,
  context: ReadContext,
): ReadonlySet<MessageType> | undefined {
  const types = new Set<MessageType>();
  if (tokens.length === 0) {
    context.error(
      assignment.name,
      `${assignment.name.text} names no message types`,
      'for example "all, !skipped"',
    );
    return undefined;
  }
  for (const [index, token] of tokens.entries()) {
    if (index % 2 === 1) {
      if (token.kind === ',' && token.start === tokens[index - 1]?.end) continue;
      context.warning(
        token,
        `the list of message types ends at a blank before a comma: "${writtenText(tokens.slice(index))}" does not count`,
        'write the commas directly behind the types: "all, !skipped"',
      );
      break;
    }
    if (!applyType(types, token, context)) return undefined;
  }
  return types;
}

function applyType(types: Set<MessageType>, token: Token, context: ReadContext): boolean {
  const remove = token.text.startsWith('!');
  const word = token.text.slice(remove ? 1 : 0).toLowerCase();
  // `Events.kind` asks for one kind of event: none is sent of any.
  const type = TYPES_BY_KEY.get(word.replace(/^events\..*/, 'events'));
  const meant = type !== undefined ? [type] : word === 'all' ? ORDINARY_TYPES : undefined;
  if (!meant) {
    const suggestion = nearest(word, [...TYPES_BY_KEY.values(), 'all']);
    context.error(
      token,
      `"${token.text}" is not a type of message`,
      suggestion === undefined
        ? `the types are all, ${[...TYPES_BY_KEY.values()].join(', ')}`
        : `did you mean "${suggestion}"?`,
    );
    return false;
  }
  for (const one of SPECIAL_TYPES) {
    if (type === one && !remove)
      context.warning(token, `no message of type ${one} is ever sent here`, NEVER_SENT[one]);
  }
  for (const one of meant) {
    if (remove) types.delete(one);
    else types.add(one);
  }
  return true;
}
