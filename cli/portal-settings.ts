import type { PortalSettings } from '../api/portal/compose-portal.ts';
import { composeMasterFiles, type MasterFilesParts } from '../compose-portal-systems.ts';
import type { Config } from '../config.ts';

/** How the portal is set up; null: nobody has said who signs its users' tokens, and there is none. */
export const portalOf = (config: Config, parts: MasterFilesParts): PortalSettings | null => {
  const { PORTAL_JWT_SECRET: secret, PORTAL_JWKS_URL: url, PORTAL_JWT_AUDIENCE: audience } = config;
  const writing = {
    sendingHours: config.PORTAL_WRITES,
    timeZone: config.TANDEM_TIMEZONE,
    files: composeMasterFiles(parts),
    maxUploadBytes: config.PORTAL_MAX_UPLOAD * 1024 * 1024,
  };
  const currency = {
    refreshAfterMs: config.PORTAL_REFRESH_AFTER,
    checkedOnRead: config.PORTAL_CHECK_ON_READ,
    waitMs: config.PORTAL_CHECK_WAIT,
  };
  if (secret !== undefined) {
    return { tokens: { signer: { kind: 'secret', secret: secret.reveal() }, audience }, currency, writing };
  }
  return url === undefined ? null : { tokens: { signer: { kind: 'jwks', url }, audience }, currency, writing };
};
