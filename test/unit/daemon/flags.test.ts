import { describe, expect, it } from 'vitest';
import { parseFlags } from '../../../daemon/flags.ts';

const DEFAULT = '/etc/noctule/noctule-sd.conf';

describe('the flags of a daemon', () => {
  it('are none by default: background, pid file, default conf', () => {
    expect(parseFlags([], DEFAULT)).toEqual({
      confFile: DEFAULT,
      foreground: false,
      testOnly: false,
      debugLevel: 0,
      verbose: false,
      pidFile: true,
      user: undefined,
      group: undefined,
    });
  });

  it('may be written as in units and init scripts for Bacula', () => {
    const flags = { foreground: true, pidFile: false, confFile: '/x.conf' };
    expect(parseFlags(['-fP', '-c', '/x.conf'], DEFAULT)).toMatchObject(flags);
    expect(parseFlags(['-f', '-P', '/x.conf'], DEFAULT)).toMatchObject(flags);
    expect(parseFlags(['-c/x.conf', '-d50', '-tv'], DEFAULT)).toMatchObject({
      confFile: '/x.conf',
      debugLevel: 50,
      testOnly: true,
      verbose: true,
    });
    expect(parseFlags(['-u', 'bacula', '-g', 'tape', '-d', '100,network'], DEFAULT)).toMatchObject({
      user: 'bacula',
      group: 'tape',
      debugLevel: 100,
    });
  });

  it('ask for help with -? and --help', () => {
    expect(parseFlags(['-?'], DEFAULT)).toBe('help');
    expect(parseFlags(['--help'], DEFAULT)).toBe('help');
  });

  it('are refused when unknown, incomplete or not a number', () => {
    expect(() => parseFlags(['-Z'], DEFAULT)).toThrow(/-Z/);
    expect(() => parseFlags(['-c'], DEFAULT)).toThrow(/-c/);
    expect(() => parseFlags(['-d', 'much'], DEFAULT)).toThrow(
      '-d wants a level, a number such as 50, not "much"',
    );
    expect(() => parseFlags(['a.conf', 'b.conf'], DEFAULT)).toThrow('a.conf and b.conf');
  });
});
