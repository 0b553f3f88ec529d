import { benchEngine } from './engine.ts';
import { benchMe } from './me.ts';
import { benchOrders } from './orders.ts';

console.log('# engine');
benchEngine();
console.log('# me');
await benchMe();
console.log('# orders');
await benchOrders();
