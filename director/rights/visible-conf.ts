import type { DirectorConf } from '../../configuration/director-conf.ts';
import type { Rights, Subject } from './rights.ts';

/** The conf without the resources that the console may not use. Passwords of other consoles are among what is left out. */
export function visibleConf(conf: DirectorConf, rights: Rights): DirectorConf {
  const visible = <R extends { readonly name: string }>(subject: Subject, resources: readonly R[]) =>
    resources.filter(({ name }) => rights.allows(subject, name));
  return {
    ...conf,
    jobs: visible('Job', conf.jobs),
    fileSets: visible('FileSet', conf.fileSets),
    schedules: visible('Schedule', conf.schedules),
    clients: visible('Client', conf.clients),
    storages: visible('Storage', conf.storages),
    pools: visible('Pool', conf.pools),
    catalogs: visible('Catalog', conf.catalogs),
    consoles: [],
  };
}
