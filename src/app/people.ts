import { createAdmin } from '../admin/admin.ts';
import { createAudit } from '../audit/audit.ts';
import { createCommand } from '../audit/command.ts';
import { createRecordRead } from '../audit/record-read.ts';
import { createIdentity, type IdentityNeeds } from '../identity/identity.ts';
import { createProfile } from '../profile/profile.ts';

/** The use cases around users: who they are, what staff do to them, and what is written down of it. */
export const createPeople = (needs: IdentityNeeds) => {
  const identity = createIdentity(needs);
  const { forgetUser, tellUser } = identity;
  return {
    identity,
    profile: createProfile(needs),
    admin: createAdmin({ ...needs, forgetUser, tellUser }),
    audit: createAudit({ database: needs.database, recordRead: createRecordRead(createCommand(needs)) }),
  };
};
