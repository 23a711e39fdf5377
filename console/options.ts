import { parseArgs } from 'node:util';

/** What the command line of nconsole says; its letters are those of bconsole. */
export interface Options {
  readonly confFile: string;
  /** Name of a Director resource of the conf. */
  readonly director: string | undefined;
  /** Name of a Console resource of the conf. */
  readonly console: string | undefined;
  readonly listDirectors: boolean;
  readonly listConsoles: boolean;
  /** Off: lines are read plainly, also on a terminal. */
  readonly lineEditing: boolean;
  /** Off: Ctrl-C does nothing. */
  readonly signals: boolean;
  /** How long the Director may be silent after a line; undefined = for ever. */
  readonly timeoutSeconds: number | undefined;
  readonly testOnly: boolean;
  /** Commands to give instead of reading any. */
  readonly commands: string | undefined;
  /** Lists and errors come as JSON, and nothing else is printed. */
  readonly json: boolean;
}

const DEFAULT_CONF_FILE = '/etc/noctule/nconsole.conf';

export const USAGE = `Usage: nconsole [options] [conf file]
  -c FILE   use FILE as conf file (default ${DEFAULT_CONF_FILE})
  -D NAME   connect to this Director of the conf
  -C NAME   log in as this Console of the conf
  -e LINE   give the commands of LINE, separated by ";"; exit status 1 if the last one failed
  --json    lists and errors come as JSON, one line each, and nothing is asked; with -e or commands from a pipe
  -l        list the Directors of the conf
  -L        list the Consoles of the conf
  -n        for scripts that drive a terminal: no line editing, no stopping at each full screen
  -s        no signals: Ctrl-C does nothing
  -u N      give up when the Director says nothing for N seconds after a line
  -t        test the conf file: exit status 0 if it can be used, else 1
  -d N      accepted, without effect
  -?        print this

Commands are read from standard input, from a person or a pipe. "help" lists those of the Director, "@help" those of
the console itself.
`;

/** @throws Error, with a message for the user, when the arguments make no sense. */
export function parseOptions(args: readonly string[]): Options | 'help' {
  const { values, positionals } = parseArgs({
    args: args.map((arg) => (arg === '--help' ? '-?' : arg)),
    allowPositionals: true,
    options: {
      conf: { type: 'string', short: 'c' },
      director: { type: 'string', short: 'D' },
      console: { type: 'string', short: 'C' },
      execute: { type: 'string', short: 'e' },
      json: { type: 'boolean' },
      'list-directors': { type: 'boolean', short: 'l' },
      'list-consoles': { type: 'boolean', short: 'L' },
      'no-editing': { type: 'boolean', short: 'n' },
      'no-signals': { type: 'boolean', short: 's' },
      timeout: { type: 'string', short: 'u' },
      test: { type: 'boolean', short: 't' },
      debug: { type: 'string', short: 'd' },
      help: { type: 'boolean', short: '?' },
    },
  });
  if (values.help) return 'help';
  if (positionals.length > 1) throw new Error(`One conf file at most, not ${positionals.join(' and ')}`);
  return {
    confFile: values.conf ?? positionals[0] ?? DEFAULT_CONF_FILE,
    director: values.director,
    console: values.console,
    listDirectors: values['list-directors'] ?? false,
    listConsoles: values['list-consoles'] ?? false,
    lineEditing: !values['no-editing'],
    signals: !values['no-signals'],
    timeoutSeconds: values.timeout === undefined ? undefined : seconds(values.timeout),
    testOnly: values.test ?? false,
    commands: values.execute,
    json: values.json ?? false,
  };
}

function seconds(text: string): number {
  const value = Number(text);
  if (/^\d{1,7}$/.test(text) && value > 0) return value;
  throw new Error(`-u wants a number of seconds, not "${text}"`);
}
