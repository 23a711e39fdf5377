import { loadStorageConf, type StorageConf } from '../configuration/storage-conf.ts';
import { runDaemon } from '../daemon/run-daemon.ts';

await runDaemon<StorageConf>({
  programName: 'noctule-sd',
  defaultConfFile: '/etc/noctule/noctule-sd.conf',
  loadConf: (file) => loadStorageConf(file),
  describe: ({ storage }) => ({
    name: storage.name,
    workingDirectory: storage.workingDirectory,
    pidDirectory: storage.pidDirectory,
    port: storage.sdPort,
  }),
  load: async () => (await import('./start-storage-daemon.ts')).startStorageDaemon,
});
