import { directive, noEffect, notYet } from '../directive.ts';
import { accessList } from '../values/list.ts';
import { password, string } from '../values/text.ts';
import { NAMING } from './naming.ts';
import { TLS } from './tls.ts';

function acl(name: string, help: string) {
  return directive(name, accessList, { help });
}

/** A console with a name and limited rights: what no list allows is refused. */
export const CONSOLE = {
  ...NAMING,
  password: directive('Password', password, {
    required: true,
    help: "Equal to the password in the console's conf",
  }),
  jobAcl: acl('Job ACL', 'Jobs it may see and run'),
  clientAcl: acl('Client ACL', 'Clients it may back up and restore'),
  restoreClientAcl: acl('Restore Client ACL', 'Clients it may restore, and restore to'),
  backupClientAcl: acl('Backup Client ACL', 'Clients it may back up'),
  storageAcl: acl('Storage ACL', 'Storages it may use'),
  scheduleAcl: acl('Schedule ACL', 'Schedules it may see'),
  runAcl: acl('Run ACL', 'Of the Jobs it may see, those it may run (default: all)'),
  poolAcl: acl('Pool ACL', 'Pools it may use'),
  commandAcl: acl('Command ACL', 'Commands it may give'),
  fileSetAcl: acl('FileSet ACL', 'FileSets it may use'),
  catalogAcl: acl('Catalog ACL', 'Catalogs it may use'),
  whereAcl: acl('Where ACL', 'Directories it may restore into and below; "/" allows the original places'),
  pluginOptionsAcl: directive('Plugin Options ACL', accessList, {
    status: noEffect('no console can give plugin options'),
    help: 'Plugin options it may give',
  }),
  userIdAcl: directive('User Id ACL', accessList, {
    status: notYet('owners are not checked: unless it is *all*, the console may restore nothing'),
    help: 'Owners whose files it may restore (default: all)',
  }),
  directoryAcl: acl('Directory ACL', 'Directories whose files it may restore (default: all)'),
  authenticationPlugin: directive('Authentication Plugin', string, {
    status: notYet('a console is known by its password'),
    help: 'Plugin that asks for more than the password',
  }),
  authorizationPlugin: directive('Authorization Plugin', string, {
    status: notYet('a console is known by its password'),
    help: 'Plugin that decides about rights',
  }),
  ...TLS,
};
