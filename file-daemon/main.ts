import { loadFileDaemonConf, type FileDaemonConf } from '../configuration/file-daemon-conf.ts';
import { runDaemon } from '../daemon/run-daemon.ts';

await runDaemon<FileDaemonConf>({
  programName: 'noctule-fd',
  defaultConfFile: '/etc/noctule/noctule-fd.conf',
  loadConf: (file) => loadFileDaemonConf(file),
  describe: ({ fileDaemon }) => ({
    name: fileDaemon.name,
    workingDirectory: fileDaemon.workingDirectory,
    pidDirectory: fileDaemon.pidDirectory,
    port: fileDaemon.fdPort,
  }),
  load: async () => (await import('./start-file-daemon.ts')).startFileDaemon,
});
