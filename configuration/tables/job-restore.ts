import { directive } from '../directive.ts';
import { oneOf } from '../values/enumeration.ts';
import { yesNo } from '../values/numbers.ts';
import { reference } from '../values/reference.ts';
import { substitutions } from '../values/substitutions.ts';
import { path, string } from '../values/text.ts';

/** Directives of Jobs of type Restore: what is restored, and to where. */
export const JOB_RESTORE = {
  bootstrap: directive('Bootstrap', path, {
    help: 'Restore: what "run" restores, and a schedule: all that this bootstrap file names, whatever the catalog has of it',
  }),
  where: directive('Where', path, {
    help: 'Restore: directory to restore into; empty or / = where the files were',
  }),
  regexWhere: directive('Regex Where', substitutions, {
    help: 'Restore: substitutions for paths, "!from!to!" with commas between; they outweigh Where',
  }),
  stripPrefix: directive('Strip Prefix', string, {
    help: 'Restore: leading text to take from paths',
  }),
  addPrefix: directive('Add Prefix', string, {
    help: 'Restore: text to put before paths',
  }),
  addSuffix: directive('Add Suffix', string, {
    help: 'Restore: text to put behind the paths of all but directories',
  }),
  replace: directive('Replace', oneOf(['Always', 'IfNewer', 'IfOlder', 'Never']), {
    default: 'Always',
    help: 'Restore: what to do with files that exist',
  }),
  prefixLinks: directive('Prefix Links', yesNo, {
    default: false,
    help: 'Restore: relocate absolute targets of symbolic links too',
  }),
  restoreClient: directive('Restore Client', reference('Client'), {
    help: 'Restore: client to restore to, when the command names none (default: the one whose files they are)',
  }),
};
