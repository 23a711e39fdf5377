import type { ConfSchema } from '../../../../configuration/resource-type.ts';
import { CONSOLE_SCHEMA } from '../../../../configuration/schemas/console.ts';
import { DIRECTOR_SCHEMA } from '../../../../configuration/schemas/director.ts';
import { FILE_DAEMON_SCHEMA } from '../../../../configuration/schemas/file-daemon.ts';
import { STORAGE_SCHEMA } from '../../../../configuration/schemas/storage-daemon.ts';

/** Every directive that Bacula's confs may hold (and our own), by resource; blocks inside a resource behind a colon. */
export const KNOWN_DIRECTIVES: readonly (readonly [schema: ConfSchema, resource: string, names: string])[] = [
  [
    DIRECTOR_SCHEMA,
    'Director',
    `Name, Description, Password, Messages, DirPort, DirAddress, DirAddresses, DirSourceAddress, QueryFile, WorkingDirectory, PidDirectory, SubsysDirectory, PluginDirectory, ScriptsDirectory, MaximumConcurrentJobs, MaximumConsoleConnections, MaximumReloadRequests, FdConnectTimeout, SdConnectTimeout, HeartbeatInterval, StatisticsRetention, EventsRetention, AutoPrune, Catalog, VerId, CommCompression, MalwareDatabaseCommand, CustomerId, FipsRequire, TlsEnable, TlsPskEnable, TlsRequire, TlsAuthenticate, TlsVerifyPeer, TlsCaCertificateFile, TlsCaCertificateDir, TlsCertificate, TlsKey, TlsDhFile, TlsAllowedCn`,
  ],
  [
    DIRECTOR_SCHEMA,
    'Catalog',
    `Name, DbName, DbUser, User, DbPassword, Password, DbAddress, Address, DbPort, DbSocket, DbDriver, DbSslMode, DbSslKey, DbSslCert, DbSslCa, DbSslCaPath, MultipleConnections, DisableBatchInsert`,
  ],
  [
    DIRECTOR_SCHEMA,
    'Client',
    `Name, Address, FdAddress, Password, FdPassword, Catalog, FdPort, FileRetention, JobRetention, AutoPrune, MaximumConcurrentJobs, Enabled, MaximumBandwidthPerJob, HeartbeatInterval, FdStorageAddress, SDCallsClient, AllowFDConnections, SnapshotRetention, TlsEnable, TlsPskEnable, TlsRequire, TlsAuthenticate, TlsVerifyPeer, TlsCaCertificateFile, TlsCaCertificateDir, TlsCertificate, TlsKey, TlsDhFile, TlsAllowedCn`,
  ],
  [
    DIRECTOR_SCHEMA,
    'Storage',
    `Name, Address, SdAddress, SdPort, Password, SdPassword, Device, MediaType, Autochanger, SharedStorage, MaximumConcurrentJobs, MaximumConcurrentReadJobs, FdStorageAddress, AllowCompression, Enabled, HeartbeatInterval, SddPort, TlsEnable, TlsPskEnable, TlsRequire, TlsAuthenticate, TlsVerifyPeer, TlsCaCertificateFile, TlsCaCertificateDir, TlsCertificate, TlsKey`,
  ],
  [
    DIRECTOR_SCHEMA,
    'Job',
    `Name, Type, Level, JobDefs, Client, FileSet, Schedule, Storage, Pool, FullBackupPool, DifferentialBackupPool, IncrementalBackupPool, VirtualFullBackupPool, NextPool, Messages, Priority, AllowMixedPriority, MaximumConcurrentJobs, Enabled, WriteBootstrap, Bootstrap, Where, RegexWhere, StripPrefix, AddPrefix, AddSuffix, Replace, PrefixLinks, RestoreClient, SpoolData, SpoolAttributes, SpoolSize, Accurate, Base, MaxStartDelay, MaxRunTime, FullMaxRunTime, IncrementalMaxRunTime, DifferentialMaxRunTime, MaxRunSchedTime, MaxWaitTime, MaxFullInterval, MaxVirtualFullInterval, MaxDiffInterval, MaximumBandwidth, RunBeforeJob, RunAfterJob, RunAfterFailedJob, ClientRunBeforeJob, ClientRunAfterJob, ConsoleRunBeforeJob, ConsoleRunAfterJob, RunScript, Run, RescheduleOnError, RescheduleInterval, RescheduleTimes, RescheduleIncompleteJobs, AllowIncompleteJobs, ReRunFailedLevels, AllowDuplicateJobs, CancelLowerLevelDuplicates, CancelQueuedDuplicates, CancelRunningDuplicates, AllowHigherDuplicates, PruneJobs, PruneFiles, PruneVolumes, PreferMountedVolumes, WritePartAfterJob, JobToVerify, VerifyJob, WriteVerifyList, SelectionType, SelectionPattern, PurgeMigrationJob, MaximumSpawnedJobs, BackupsToKeep, DeleteConsolidatedJobs, StorageGroupPolicy, StorageGroupPolicyThreshold, SnapshotRetention, PluginOptions, Tag, CheckMalware, FullMaxWaitTime, IncrementalMaxWaitTime, DifferentialMaxWaitTime, CatchUp, MaxBackupAge`,
  ],
  [DIRECTOR_SCHEMA, 'Schedule', `Name, Run, Enabled, Cron, CatchUp`],
  [
    DIRECTOR_SCHEMA,
    'Pool',
    `Name, PoolType, Storage, LabelFormat, MaximumVolumes, MaximumVolumeBytes, MaximumVolumeJobs, MaximumVolumeFiles, VolumeUseDuration, VolumeRetention, AutoPrune, Recycle, RecyclePool, ScratchPool, RecycleOldestVolume, RecycleCurrentVolume, PurgeOldestVolume, ActionOnPurge, NextPool, MigrationTime, MigrationHighBytes, MigrationLowBytes, FileRetention, JobRetention, CacheRetention, CatalogFiles, UseCatalog, UseVolumeOnce, CopyPool, Catalog, CleaningPrefix, LabelType, StorageGroupPolicy, StorageGroupPolicyThreshold, ProtectLastFull`,
  ],
  [
    DIRECTOR_SCHEMA,
    'Console',
    `Name, Password, JobACL, ClientACL, RestoreClientACL, BackupClientACL, StorageACL, ScheduleACL, RunACL, PoolACL, CommandACL, FileSetACL, CatalogACL, WhereACL, PluginOptionsACL, UserIdACL, DirectoryACL, AuthenticationPlugin, AuthorizationPlugin, TlsEnable, TlsPskEnable, TlsRequire, TlsAuthenticate, TlsVerifyPeer, TlsCaCertificateFile, TlsCaCertificateDir, TlsCertificate, TlsKey, TlsDhFile, TlsAllowedCn`,
  ],
  [DIRECTOR_SCHEMA, 'Counter', `Name, Minimum, Maximum, WrapCounter, Catalog`],
  [DIRECTOR_SCHEMA, 'Statistics', `Name, Type, Interval, Prefix, Metrics, Host, Port, File, MangleMetric`],
  [
    DIRECTOR_SCHEMA,
    'Tenant',
    `Name, MaximumVolumeBytes, WarningVolumeBytes, MaximumClients, MaximumJobs, MaximumStorages, Isolated, Enabled`,
  ],
  [DIRECTOR_SCHEMA, 'FileSet', `Name, IgnoreFileSetChanges, EnableVss, EnableSnapshot, Include, Exclude`],
  [DIRECTOR_SCHEMA, 'FileSet: Include', `File, Plugin, ExcludeDirContaining, Options`],
  [
    DIRECTOR_SCHEMA,
    'FileSet: Include: Options',
    `signature, compression, onefs, exclude, wild, wilddir, wildfile, regex, regexdir, regexfile, ignore case, recurse, sparse, noatime, keepatime, mtimeonly, checkfilechanges, hardlinks, honor nodump flag, aclsupport, xattrsupport, fstype, drivetype, portable, readfifo, hfsplussupport, strippath, replace, enhancedwild, verify, accurate, basejob, base, plugin, dedup`,
  ],
  [
    DIRECTOR_SCHEMA,
    'Job: RunScript',
    `RunsWhen, RunsOnClient, Target, RunsOnSuccess, RunsOnFailure, FailJobOnError, AbortJobOnError, Command, Console, Timeout`,
  ],
  [
    DIRECTOR_SCHEMA,
    'Messages',
    `Name, MailCommand, OperatorCommand, stdout, stderr, console, syslog, catalog, director, file, append, mail, mailonerror, mailonsuccess, operator`,
  ],
  [
    STORAGE_SCHEMA,
    'Storage',
    `Name, SdPort, SdAddress, SdAddresses, WorkingDirectory, PidDirectory, MaximumConcurrentJobs, Messages, HeartbeatInterval, ClientConnectTimeout, ClientConnectWait, SubsysDirectory, PluginDirectory, ScriptsDirectory, VerId, CommCompression, FipsRequire, EncryptionCommand, TlsEnable, TlsPskEnable, TlsRequire, TlsAuthenticate, TlsVerifyPeer, TlsCaCertificateFile, TlsCaCertificateDir, TlsCertificate, TlsKey, TlsDhFile, TlsAllowedCn`,
  ],
  [
    STORAGE_SCHEMA,
    'Director',
    `Name, Password, Monitor, TlsEnable, TlsPskEnable, TlsRequire, TlsAuthenticate, TlsVerifyPeer, TlsCaCertificateFile, TlsCaCertificateDir, TlsCertificate, TlsKey, TlsDhFile, TlsAllowedCn`,
  ],
  [
    STORAGE_SCHEMA,
    'Device',
    `Name, MediaType, ArchiveDevice, DeviceType, LabelMedia, RandomAccess, AutomaticMount, RemovableMedia, AlwaysOpen, MaximumConcurrentJobs, MaximumVolumeSize, MaximumFileSize, MaximumBlockSize, MinimumBlockSize, MinimumFreeSpace, SpoolDirectory, MaximumSpoolSize, MaximumJobSpoolSize, Autochanger, DriveIndex, AutoSelect, ReadOnly, Enabled, BlockChecksum, SyncOnClose, Cloud, MaximumPartSize, MaximumVolumeParts, SetVolumeAppendOnly, SetVolumeImmutable, SetVolumeReadOnly, MinimumVolumeProtectionTime, VolumeEncryption, VolumePollInterval, MaximumChangerWait, MaximumOpenWait, MaximumRewindWait, ChangerDevice, ChangerCommand, ControlDevice, AlertCommand, LockCommand, WormCommand, HardwareEndOfFile, HardwareEndOfMedium, BackwardSpaceRecord, BackwardSpaceFile, BsfAtEom, TwoEof, ForwardSpaceRecord, ForwardSpaceFile, FastForwardSpaceFile, CloseOnPoll, BlockPositioning, UseMtiocGet, CheckLabels, RequiresMount, OfflineOnUnmount, UseLintape, LabelType, VolumeCapacity, MountPoint, MountCommand, UnmountCommand, WritePartCommand, FreeSpaceCommand, AlignedDevice, PaddingSize, FileAlignment, MinimumAlignedSize, DedupEngine, MaximumNetworkBufferSize, MaximumFileIndex, MinimumFeeSpace`,
  ],
  [STORAGE_SCHEMA, 'Autochanger', `Name, Device, ChangerDevice, ChangerCommand, LockCommand`],
  [
    STORAGE_SCHEMA,
    'Cloud',
    `Name, Driver, HostName, BucketName, Region, AccessKey, SecretKey, Protocol, UriStyle, Upload, TruncateCache, MaximumConcurrentUploads, MaximumConcurrentDownloads, MaximumUploadBandwidth, MaximumDownloadBandwidth, TransferPriority, TransferRetention, DriverCommand, BlobEndpoint, FileEndpoint, QueueEndpoint, TableEndpoint, EndpointSuffix`,
  ],
  [
    FILE_DAEMON_SCHEMA,
    'FileDaemon',
    `Name, FdPort, FdAddress, FdAddresses, FdSourceAddress, WorkingDirectory, PidDirectory, MaximumConcurrentJobs, Messages, PluginDirectory, SubsysDirectory, ScriptsDirectory, SnapshotCommand, SdConnectTimeout, HeartbeatInterval, MaximumNetworkBufferSize, MaximumBandwidthPerJob, CommCompression, DisableCommand, MaximumJobErrorCount, SdPacketCheck, PkiSignatures, PkiEncryption, PkiKeyPair, PkiMasterKey, PkiSigner, PkiCipher, PkiDigest, VerId, FipsRequire, PluginOptions, TlsEnable, TlsPskEnable, TlsRequire, TlsAuthenticate, TlsVerifyPeer, TlsCaCertificateFile, TlsCaCertificateDir, TlsCertificate, TlsKey, TlsDhFile, TlsAllowedCn`,
  ],
  [
    FILE_DAEMON_SCHEMA,
    'Director',
    `Name, Password, Monitor, Address, DirPort, ConnectToDirector, Schedule, ReconnectionTime, Remote, Console, MaximumBandwidthPerJob, DisableCommand, AllowedBackupDirectories, ExcludedBackupDirectories, AllowedScriptDirectories, AllowedRestoreDirectories, BackupJobUser, RestoreJobUser, TlsEnable, TlsPskEnable, TlsRequire, TlsAuthenticate, TlsVerifyPeer, TlsCaCertificateFile, TlsCaCertificateDir, TlsCertificate, TlsKey, TlsDhFile, TlsAllowedCn`,
  ],
  [FILE_DAEMON_SCHEMA, 'Schedule', `Name, Connect`],
  [
    CONSOLE_SCHEMA,
    'Director',
    `Name, Address, DirPort, Password, HeartbeatInterval, HistoryFile, HistoryFileSize, TlsEnable, TlsPskEnable, TlsRequire, TlsAuthenticate, TlsVerifyPeer, TlsCaCertificateFile, TlsCaCertificateDir, TlsCertificate, TlsKey, TlsDhFile, TlsAllowedCn`,
  ],
  [
    CONSOLE_SCHEMA,
    'Console',
    `Name, Password, Director, RCFile, HeartbeatInterval, CommCompression, TlsEnable, TlsPskEnable, TlsRequire, TlsAuthenticate, TlsVerifyPeer, TlsCaCertificateFile, TlsCaCertificateDir, TlsCertificate, TlsKey, TlsDhFile, TlsAllowedCn`,
  ],
];
