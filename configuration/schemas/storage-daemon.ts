import { notYet } from '../directive.ts';
import { resourceType, type ConfSchema } from '../resource-type.ts';
import { CLOUD_STORAGE } from '../tables/cloud.ts';
import { DEVICE } from '../tables/device.ts';
import { AUTOCHANGER, DAEMON_DIRECTOR, STORAGE_DAEMON } from '../tables/storage-daemon.ts';
import { MESSAGES_TYPE, STATISTICS_TYPE } from './shared-types.ts';

export const STORAGE_SCHEMA: ConfSchema = {
  program: 'noctule-sd',
  types: [
    resourceType('Storage', STORAGE_DAEMON, 'The storage daemon itself: exactly one.'),
    resourceType('Director', DAEMON_DIRECTOR, 'A Director that may use this daemon.'),
    resourceType('Device', DEVICE, 'A directory that holds volumes.'),
    resourceType('Autochanger', AUTOCHANGER, 'Several devices under one name.'),
    resourceType('Cloud', CLOUD_STORAGE, 'Object storage.', {
      status: notYet('volumes lie in directories only'),
    }),
    MESSAGES_TYPE,
    STATISTICS_TYPE,
  ],
};
