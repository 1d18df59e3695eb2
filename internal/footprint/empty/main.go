// Empty is a program that does nothing but print /proc/self/status: beside it, package footprint
// measures the camera.
package main

import "os"

func main() {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		panic(err)
	}
	os.Stdout.Write(status)
}
