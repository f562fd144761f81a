"""An example sending system, as three processes: how does one send that keeps to the contract, and how do others not?

    python -m readiness.demo.sending verksamhetssystem|integration|formedlare SETTINGS.json

The verksamhetssystem (`case_system`) makes letters and keeps the account; the integration (`integration`) queues and
relays; the förmedlare (`mediator`) asks FaR, signs, seals and delivers. All three talk mutual TLS, write a log of their
own without anything personal in it, and end by themselves. Known faults are built in by name (`quirks`). C in this
package is the technical contract, by section.
"""
