import type { JobResource } from '../../configuration/director-conf.ts';

/** What is taken from paths and put to them; empty texts change nothing. */
export interface Relocation {
  readonly stripPrefix: string;
  readonly addPrefix: string;
  readonly addSuffix: string;
}

/**
 * The same as RegexWhere, in the order in which it is carried out: a prefix is stripped, whatever its case, a suffix is put to
 * all but directories, a prefix is put before. Empty when there is nothing to do.
 */
export function relocationRegexWhere({ stripPrefix, addPrefix, addSuffix }: Relocation): string {
  const substitutions = [
    ...(stripPrefix === '' ? [] : [`!^${quotedPattern(stripPrefix)}!!i`]),
    ...(addSuffix === '' ? [] : [`!([^/])$!$1${quotedReplacement(addSuffix)}!`]),
    ...(addPrefix === '' ? [] : [`!^!${quotedReplacement(addPrefix)}!`]),
  ];
  return substitutions.join(',');
}

/** What a Job resource says of all this; RegexWhere outweighs the others. */
export function regexWhereOfJob(job: JobResource): string {
  const { regexWhere, stripPrefix = '', addPrefix = '', addSuffix = '' } = job;
  return regexWhere ?? relocationRegexWhere({ stripPrefix, addPrefix, addSuffix });
}

function quotedPattern(text: string): string {
  return text.replace(/[\\^$.[\]|()*+?{}!]/g, '\\$&');
}

function quotedReplacement(text: string): string {
  return text.replace(/[\\$!]/g, '\\$&');
}
