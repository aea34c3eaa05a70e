import type { OpenDatabase } from '../../../store/database.ts';
import { AttachmentStore } from '../../../store/portal/attachment-writes.ts';
import { PortalRecordStore } from '../../../store/portal/records.ts';
import { UnconfirmedStore } from '../../../store/portal/unconfirmed.ts';
import { PortalWriteStore } from '../../../store/portal/write-store.ts';
import { heldUntil, type SendingHours } from './sending-time.ts';
import type { MasterFiles, PortalWriting } from './writing-parts.ts';

/** How writing is set up. Whatever is left out: at once, without files of the master. */
export interface WritingSettings {
  readonly sendingHours?: SendingHours;
  readonly timeZone?: string;
  readonly files?: MasterFiles | null;
  readonly maxUploadBytes?: number;
}

const defaultMaxUploadBytes = 20 * 1024 * 1024;

/** @param database throws while there is none yet */
export function composeWriting(settings: WritingSettings, database: () => OpenDatabase): PortalWriting {
  const { sendingHours = 'at_once', timeZone = 'UTC', files = null } = settings;
  return {
    store: () => {
      const { db } = database();
      return {
        writes: new PortalWriteStore(db),
        attachments: new AttachmentStore(db),
        unconfirmed: new UnconfirmedStore(db),
        rows: new PortalRecordStore(db),
      };
    },
    heldUntil: (now) => heldUntil(sendingHours, now, timeZone),
    files,
    maxUploadBytes: settings.maxUploadBytes ?? defaultMaxUploadBytes,
  };
}
