import type { OpenedFile } from '../../../connectors/connector.ts';
import type { AttachmentStore } from '../../../store/portal/attachment-writes.ts';
import type { PortalRecordStore } from '../../../store/portal/records.ts';
import type { PortalWriteStore } from '../../../store/portal/write-store.ts';
import type { UnconfirmedStore } from '../../../store/portal/unconfirmed.ts';

/** A file that the master keeps, by what the portal knows of it. */
export interface KeptFile {
  readonly id: string;
  readonly url: string;
}

/** Files of the master. The address and whatever it takes to read it stay here. */
export interface MasterFiles {
  /** @throws ConnectorError */
  open(file: KeptFile): Promise<OpenedFile>;
}

/** What the routes use through which users write. */
export interface PortalWriting {
  /** Throws while there is no database yet. */
  readonly store: () => {
    readonly writes: PortalWriteStore;
    readonly attachments: AttachmentStore;
    readonly unconfirmed: UnconfirmedStore;
    readonly rows: Pick<PortalRecordStore, 'read'>;
  };
  /** Before which time a change that is made now is not sent; null: at once. */
  readonly heldUntil: (now: Date) => Date | null;
  /** Null: this installation has no system that keeps files. */
  readonly files: MasterFiles | null;
  readonly maxUploadBytes: number;
}
