// A program's own accessors for an option that it knows by its number only: ZMQ_SNDHWM.
import { Dealer } from "zeromq";

class MyDealer extends Dealer {
  get sendHighWaterMark() {
    return this.getInt32Option(23);
  }

  set sendHighWaterMark(value) {
    this.setInt32Option(23, value);
  }
}

const socket = new MyDealer({ sendHighWaterMark: 456 });
console.log(socket.sendHighWaterMark, socket.getInt32Option(23));
