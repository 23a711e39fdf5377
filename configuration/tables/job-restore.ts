import { directive, notYet } from '../directive.ts';
import { oneOf } from '../values/enumeration.ts';
import { yesNo } from '../values/numbers.ts';
import { path, string } from '../values/text.ts';

const RELOCATION = notYet('files are only relocated by Where');

/** Directives of Jobs of type Restore: what is restored, and to where. */
export const JOB_RESTORE = {
  bootstrap: directive('Bootstrap', path, {
    status: notYet('restores are planned from the catalog'),
    help: 'Restore: use this bootstrap file',
  }),
  where: directive('Where', path, {
    help: 'Restore: directory to restore into; empty or / = where the files were',
  }),
  regexWhere: directive('Regex Where', string, {
    status: RELOCATION,
    help: 'Restore: substitutions for paths',
  }),
  stripPrefix: directive('Strip Prefix', string, {
    status: RELOCATION,
    help: 'Restore: leading text to take from paths',
  }),
  addPrefix: directive('Add Prefix', string, {
    status: RELOCATION,
    help: 'Restore: text to put before paths',
  }),
  addSuffix: directive('Add Suffix', string, {
    status: RELOCATION,
    help: 'Restore: text to put behind paths',
  }),
  replace: directive('Replace', oneOf(['Always', 'IfNewer', 'IfOlder', 'Never']), {
    default: 'Always',
    help: 'Restore: what to do with files that exist',
  }),
  prefixLinks: directive('Prefix Links', yesNo, {
    default: false,
    status: RELOCATION,
    help: 'Restore: relocate absolute targets of links too',
  }),
  restoreClient: directive('Restore Client', string, {
    status: notYet('files go to the Client of the job or of the command'),
    help: 'Restore: client to restore to',
  }),
};
