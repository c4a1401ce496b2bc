/*
 * What the stand-in asks its driver for. A token names a call that is held, and no two calls on the machine have the
 * same one.
 */
#ifndef DRIVER_H
#define DRIVER_H

#define DRIVER_NAME "QwaveStandIn"
#define MOST_DATA 40

#define DRIVER_CODE(number) CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800 + (number), METHOD_BUFFERED, FILE_ANY_ACCESS)

/* Hold this call until it is finished or cancelled. */
#define DRIVER_HOLD DRIVER_CODE(0)
/* Keep a held call from being cancelled from now on. STATUS_NOT_FOUND if it is no longer held. */
#define DRIVER_TAKE DRIVER_CODE(1)
/* Let a call that was taken complete, with this status and these bytes. */
#define DRIVER_FINISH DRIVER_CODE(2)
/* Complete this very call at once, with these bytes. */
#define DRIVER_PASS DRIVER_CODE(3)
/* Is a call held? STATUS_NOT_FOUND if not. */
#define DRIVER_FIND DRIVER_CODE(4)

struct DriverRequest {
	UINT64 token;
	LONG status;
	ULONG size;
	UCHAR data[MOST_DATA];
};

#endif
