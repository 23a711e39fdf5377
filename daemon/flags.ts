import { parseArgs } from 'node:util';

/** The command line of a daemon, as init scripts and units for Bacula's daemons write it. */
export interface Flags {
  readonly confFile: string;
  readonly foreground: boolean;
  readonly testOnly: boolean;
  readonly debugLevel: number;
  readonly verbose: boolean;
  readonly pidFile: boolean;
  readonly user: string | undefined;
  readonly group: string | undefined;
}

export function usage(programName: string, defaultConfFile: string): string {
  return `Usage: ${programName} [options] [conf file]
  -c FILE   use FILE as conf file (default ${defaultConfFile})
  -f        stay in the foreground, log to standard error
  -t        test the conf file: print its problems; exit status 0 if it can be used, else 1
  -d N      log debug messages up to level N
  -v        also print notices about the conf
  -P        write no pid file
  -u USER   run as USER
  -g GROUP  run as GROUP
  -?        print this
`;
}

/** @throws Error, with a message for the user, when the arguments make no sense. */
export function parseFlags(args: readonly string[], defaultConfFile: string): Flags | 'help' {
  const { values, positionals } = parseArgs({
    args: args.map((arg) => (arg === '--help' ? '-?' : arg)),
    allowPositionals: true,
    options: {
      conf: { type: 'string', short: 'c' },
      foreground: { type: 'boolean', short: 'f' },
      test: { type: 'boolean', short: 't' },
      debug: { type: 'string', short: 'd' },
      verbose: { type: 'boolean', short: 'v' },
      'no-pid-file': { type: 'boolean', short: 'P' },
      user: { type: 'string', short: 'u' },
      group: { type: 'string', short: 'g' },
      help: { type: 'boolean', short: '?' },
    },
  });
  if (values.help) return 'help';
  if (positionals.length > 1) throw new Error(`One conf file at most, not ${positionals.join(' and ')}`);
  return {
    confFile: values.conf ?? positionals[0] ?? defaultConfFile,
    foreground: values.foreground ?? false,
    testOnly: values.test ?? false,
    debugLevel: values.debug === undefined ? 0 : debugLevel(values.debug),
    verbose: values.verbose ?? false,
    pidFile: !values['no-pid-file'],
    user: values.user,
    group: values.group,
  };
}

/** Bacula takes tags behind the level ("50,network"); there are none here. */
function debugLevel(text: string): number {
  const [, digits] = /^(\d+)(?:,|$)/.exec(text) ?? [];
  if (digits === undefined) throw new Error(`-d wants a level, a number such as 50, not "${text}"`);
  return Number(digits);
}
