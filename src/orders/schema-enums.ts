import {
  OrderLeg,
  OrderListType,
  OrderSide,
  OrderStatus,
  OrderType,
  TimeInForce,
} from '../database/generated/enums.ts';
import { builder } from '../graphql/builder.ts';

export const SideEnum = builder.enumType(OrderSide, { name: 'OrderSide', description: 'FIX tag 54.' });
export const TypeEnum = builder.enumType(OrderType, {
  name: 'OrderType',
  description:
    'FIX tag 40; a TRAILING_STOP is a stop whose price follows the market. A STOP or TRAILING_STOP that is reached is a MARKET order of ' +
    'that moment: its collar is measured from what the market is then, also where it has gapped past the stop. A buy pays ' +
    'besides no more than its stop price and the collar, which is what it holds.',
});
export const TimeInForceEnum = builder.enumType(TimeInForce, {
  name: 'TimeInForce',
  description:
    'FIX tag 59. DAY rests until its session ends, or midnight UTC where there is none; GTC rests until cancelled; IOC fills what it can at once and cancels the rest; FOK fills whole or not at all.',
});
export const StatusEnum = builder.enumType(OrderStatus, {
  name: 'OrderStatus',
  description: 'FIX tag 39. FILLED, CANCELED, REPLACED, REJECTED and EXPIRED are final.',
});
export const LegEnum = builder.enumType(OrderLeg, { name: 'OrderLeg', description: 'What an order is in its list.' });
export const ListTypeEnum = builder.enumType(OrderListType, {
  name: 'OrderListType',
  description:
    'OCO: two exits, of which one trades. OTO: an entry and an order that waits for it. BRACKET: an entry and a pair of exits. The ' +
    'first fill of one of a pair, also of a part, cancels the other for good: what the one leaves goes on alone.',
});
