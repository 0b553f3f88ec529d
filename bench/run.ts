import { benchEngine } from './engine.ts';
import { benchLimiter } from './limiter.ts';
import { benchMe } from './me.ts';
import { benchOrders } from './orders.ts';
import { benchRest } from './rest.ts';

console.log('# engine');
benchEngine();
console.log('# me');
await benchMe();
console.log('# limiter');
await benchLimiter();
console.log('# orders');
await benchOrders();
console.log('# rest');
await benchRest();
