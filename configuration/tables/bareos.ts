import { canonicalName } from '../syntax.ts';

/** Directives that Bareos has and Bacula has not. They mean nothing here; an error about one of them says so. */
const NAMES = `
  Subscriptions, Key Encryption Key, Auditing, Audit Events, Absolute Job Timeout, Secure Erase Command,
  Log Timestamp Format, Statistics Collect Interval, Plugin Names, Enable kTLS, Protocol, Auth Type, LAN Address,
  Username, Passive, Connection From Director To Client, Connection From Client To Director, Hard Quota, Soft Quota,
  Soft Quota Grace Period, Strict Quotas, Quota Include Failed Jobs, Paired Storage, Collect Statistics,
  Cache Status Interval, NDMP Changer Device, Reconnect, Exit On Fatal, Min Connections, Max Connections,
  Inc Connections, Idle Timeout, Validate Timeout, Backup Format, Always Incremental,
  Always Incremental Job Retention, Always Incremental Keep Number, Always Incremental Max Full Age,
  Max Full Consolidations, Max Concurrent Copies, Run On Incoming Connect Interval, FD Plugin Options,
  SD Plugin Options, Dir Plugin Options, Save File History, File History Size, Backend Directory,
  Just In Time Reservation, Checkpoint Interval, Allow Bandwidth Bursting, Device Reserve By Media Type,
  File Device Concurrent Read, Auto XFlate On Replication, Device Options, Access Mode, Maximum Open Volumes,
  Label Block Size, No Rewind On Close, Drive Tape Alert Enabled, Drive Crypto Enabled, Query Crypto Status,
  Auto Deflate, Auto Deflate Algorithm, Auto Deflate Level, Auto Inflate, Eof On Error Is Eot, Diagnostic Device, Count,
  Maximum Workers Per Job, Allowed Script Dir, Allowed Job Command, Always Use LMDB, LMDB Threshold, Grpc Module,
  Profile, Use Pam Authentication, Shadowing, Auto Exclude, Force Encryption, Meta, Size`;

const KEYS = new Set(NAMES.split(',').map(canonicalName));

/** Whether a canonical name is a directive of Bareos only. */
export function isBareosDirective(key: string): boolean {
  return KEYS.has(key) || key.startsWith('ndmp');
}
