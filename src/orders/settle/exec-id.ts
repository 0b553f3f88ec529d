import type { OrderSide } from '../../database/generated/enums.ts';

/** The id of one side of a trade: an execution is booked once under it. */
export const execIdOf = ({ tradeId }: { tradeId: string }, side: OrderSide): string => `${tradeId}-${side}`;
