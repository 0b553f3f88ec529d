import { benchMe } from './me.ts';
import { benchOrders } from './orders.ts';

console.log('# me');
await benchMe();
console.log('# orders');
await benchOrders();
