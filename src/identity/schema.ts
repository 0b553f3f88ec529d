import './schema-factor.ts';
import './schema-login.ts';
import './schema-reset.ts';
import './schema-session.ts';
import './schema-user.ts';
