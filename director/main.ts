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
  load: async () => (await import('./start-director.ts')).startDirector,
});
