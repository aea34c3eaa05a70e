import { day } from '../../engine/codec.ts';
import { number } from '../../engine/codec-plain.ts';
import { definePair } from '../../engine/define-pair.ts';
import { people, portalPair, services, shown } from './portal-pair.ts';

/** Time that is planned. */
export const bookingsPair = () =>
  definePair({
    ...portalPair('bookings'),
    fields: {
      startedOn: shown('started_on', 'startedOn', day('day')),
      endedOn: shown('ended_on', 'endedOn', day('day')),
      time: shown('time', 'time', number()),
      person: shown('person_id', 'personId', people),
      service: shown('service_id', 'serviceId', services),
    },
  });
