/** Settings for tests that are about something else than limits: one address and a few users do everything there. */
export const unlimited = {
  RATE_LIMIT_REQUESTS_PER_MINUTE: '1000000',
  RATE_LIMIT_VIEWER_PER_MINUTE: '10000000',
  LOGIN_ATTEMPTS_PER_MINUTE: '100000',
  REGISTER_PER_HOUR: '100000',
  ORDERS_PER_MINUTE: '10000000',
};
