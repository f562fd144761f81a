"""An example sending system, as three processes: what does one look like that does as the contract says, and its faults?

    python -m readiness.demo.sending verksamhetssystem|integration|formedlare SETTINGS.json

The verksamhetssystem (`case_system`) makes letters and keeps the account; the integration (`integration`) queues and
relays; the förmedlare (`mediator`) asks FaR, signs, seals and delivers. All three talk mutual TLS, write a log of their
own without anything personal in it, and end by themselves. Known faults (C section 12) are built in by name (`quirks` in
the settings): C is the contract reference.
"""
