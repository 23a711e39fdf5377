/** Ports of the three daemons. */
export interface BaculaPorts {
  readonly director: number;
  readonly storage: number;
  readonly client: number;
}

export interface BaculaSettings {
  readonly directory: string;
  readonly ports: BaculaPorts;
  readonly data: string;
  /** The directive of the FileSet, or nothing. */
  readonly compression: string;
  /** What the console gets to read of a job. */
  readonly jobLog: string;
}

/** Conf of a Bacula of its own: passwords are no secret, it listens on this machine alone. */
export function baculaConf({ directory, ports, data, compression, jobLog }: BaculaSettings) {
  const places = `WorkingDirectory = "${directory}/work"; PidDirectory = "${directory}/work"`;
  const pool = (name: string) => `Pool { Name = ${name}; Pool Type = Backup; Recycle = yes; AutoPrune = yes
  Volume Retention = 360 days; Label Format = "${name}-"; Maximum Volumes = 100 }\n`;
  return {
    'bacula-dir': `
Director { Name = bench-dir; DirPort = ${ports.director}; DirAddress = 127.0.0.1; QueryFile = "/dev/null"
  ${places}; Password = "console"; Messages = Standard }
Job { Name = Measured; Type = Backup; Level = Incremental; Client = bench-fd; FileSet = Measured; Storage = File
  Messages = Standard; Pool = Full; Incremental Backup Pool = Incr; Spool Attributes = yes }
Job { Name = RestoreFiles; Type = Restore; Client = bench-fd; FileSet = Measured; Storage = File; Pool = Full
  Messages = Standard; Where = "${directory}/restored" }
FileSet { Name = Measured; Include {
  Options { signature = SHA1; aclsupport = yes; xattrsupport = yes; ${compression} }; File = "${data}" } }
Client { Name = bench-fd; Address = 127.0.0.1; FDPort = ${ports.client}; Catalog = Catalog; Password = "client" }
Storage { Name = File; Address = 127.0.0.1; SDPort = ${ports.storage}; Password = "storage"; Device = FileStorage
  Media Type = File }
Catalog { Name = Catalog; dbname = "bacula"; dbuser = ""; dbpassword = "" }
Messages { Name = Standard; console = all, !skipped, !saved; append = "${jobLog}" = all, !skipped; catalog = all }
${pool('Full')}${pool('Incr')}`,
    'bacula-sd': `
Storage { Name = bench-sd; SDPort = ${ports.storage}; SDAddress = 127.0.0.1; ${places} }
Director { Name = bench-dir; Password = "storage" }
Device { Name = FileStorage; Media Type = File; Archive Device = "${directory}/volumes"; LabelMedia = yes
  Random Access = yes; AutomaticMount = yes; RemovableMedia = no; AlwaysOpen = no }
Messages { Name = Standard; director = bench-dir = all }
`,
    'bacula-fd': `
Director { Name = bench-dir; Password = "client" }
FileDaemon { Name = bench-fd; FDPort = ${ports.client}; FDAddress = 127.0.0.1; ${places} }
Messages { Name = Standard; director = bench-dir = all, !skipped, !restored }
`,
    bconsole: `
Director { Name = bench-dir; DirPort = ${ports.director}; Address = 127.0.0.1; Password = "console" }
`,
  };
}
