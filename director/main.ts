import { loadDirectorConf } from '../configuration/director-conf.ts';
import { runDaemon } from '../daemon/run-daemon.ts';

await runDaemon({
  programName: 'noctule-dir',
  defaultConfFile: '/etc/noctule/noctule-dir.conf',
  loadConf: loadDirectorConf,
  describe: ({ director }) => ({
    name: director.name,
    workingDirectory: director.workingDirectory,
    pidDirectory: director.pidDirectory,
    port: director.dirPort,
  }),
  load: async (conf) => {
    const { openCatalogOf } = await import('./open-catalog.ts');
    const opening = openCatalogOf(conf);
    opening.catch(() => {}); // the start tells of it
    const { startDirector } = await import('./start-director.ts');
    return (_, context) => startDirector(conf, context, opening);
  },
});
