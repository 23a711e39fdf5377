import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { platform, VERSION, versionBanner, versionShort } from '../../../daemon/version.ts';

describe('the version', () => {
  it('is the one of package.json', () => {
    const file = new URL('../../../package.json', import.meta.url);
    const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
    expect(VERSION.number).toBe(version);
  });

  it('is printed long in banners and short in reports', () => {
    expect(versionBanner()).toMatch(/^\d+\.\d+\.\d+ \(\d{1,2} [A-Z][a-z]+ 20\d\d\)$/);
    expect(versionShort()).toMatch(/^\d+\.\d+\.\d+ \(\d\d[A-Z][a-z]{2}\d\d\)$/);
  });

  it('comes with a platform of the form that Bacula prints', () => {
    expect(platform()).toMatch(
      process.platform === 'linux' ? /^\w+-\w+-linux-gnu \S+/ : /^\w+-unknown-\w+ \S+/,
    );
  });
});
